package org.matrixletta.router.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DATABASE_URL, taken apart: the forms that libpq, SQLAlchemy and JDBC write.
 *
 * @param place hosts, port and database, as they are shown in messages; never with credentials
 * @param jdbcUrl what the driver gets, without credentials
 * @param user empty where the URL names none
 * @param password empty where the URL holds none
 */
public record DatabaseUrl(String place, String jdbcUrl, String user, String password) {

    /** A port is a number: what else stands behind a colon is the beginning of a password that holds a slash. */
    private static final String HOST = "(?:\\[[^\\]/?@]+]|[^\\[\\]:,/?@]+)(?::\\d+)?";
    private static final Pattern FORM = Pattern.compile("(?:jdbc:)?(?:postgresql|postgres|postgresql\\+psycopg2?)://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>"
            + HOST + "(?:," + HOST + ")*)/(?<database>[^/?@]+)(?:\\?(?<options>.*))?");

    private static final Pattern CREDENTIAL = Pattern.compile("(?<![^&])(?<name>user|password)=(?<value>[^&]*)");

    /**
     * Reads any form of DATABASE_URL.
     *
     * @throws IllegalArgumentException if the text is none of them; its message never repeats the text, which may hold a password
     */
    public static DatabaseUrl parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("is not a PostgreSQL URL");
        }
        String options = form.group("options") == null ? "" : form.group("options");
        String user = decoded(form.group("user"));
        String password = decoded(form.group("password"));
        for (Matcher credential = CREDENTIAL.matcher(options); credential.find();) {
            if (credential.group("name").equals("user")) {
                user = decoded(credential.group("value"));
            } else {
                password = decoded(credential.group("value"));
            }
        }
        String kept = CREDENTIAL.matcher(options).replaceAll("").replaceAll("&&+", "&").replaceAll("^&|&$", "");
        String hosts = form.group("hosts");
        String place = (hosts.matches(".*:\\d+") ? hosts : hosts + ":5432") + "/" + decoded(form.group("database"));
        String jdbcUrl = "jdbc:postgresql://" + hosts + "/" + form.group("database") + (kept.isEmpty() ? "" : "?" + kept);
        return new DatabaseUrl(place.replaceFirst("^localhost:", "127.0.0.1:"), jdbcUrl, user, password);
    }

    private static String decoded(String part) {
        // In the userinfo of a URL a plus sign is itself (RFC 3986, section 3.2.1), unlike in a form.
        try {
            return part == null ? "" : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The decoder's own words would repeat a part of the password.
            throw new IllegalArgumentException("has a % that begins no percent-encoded character");
        }
    }

    /** Never the password: this text ends in logs and messages. */
    @Override
    public String toString() {
        return "postgresql://" + place;
    }
}
