package org.matrixletta.router;

import java.util.regex.Pattern;

/**
 * What a peer or a library says, made fit to be stored as a reason and shown: one line of at most 200 characters in which no
 * credential is left. Every reason passes here; what is said never holds the text of a message in the first place.
 */
public final class Masked {

    /** Characters of a reason. */
    public static final int LENGTH = 200;

    /** More is never shown; the rest of an answer of 16 MiB need not be searched. */
    private static final int READ = 4_000;

    private static final String MASK = "***";
    private static final String SECRET_NAME = "[\\w.-]{0,40}(?:token|password|passwd|secret|api[_-]?key)[\\w.-]{0,40}";

    // RFC 6750, section 2.1; RFC 9110, section 11.6.2: whatever the scheme.
    private static final Pattern AUTHORIZATION = Pattern.compile("(?i)\\b(authorization[\"']?\\s*[:=]\\s*[\"']?)(?:(?:bearer|basic)\\s+)?[^\\s\"',;]+");
    private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer\\s+)[^\\s\"',;]+");
    private static final Pattern USER_INFO = Pattern.compile("(://[^/\\s:@?#]*:)[^/\\s]*@");
    // JSON, also within a text of JSON (its quotes escaped), as Python prints it, or cut off; of a list or an object nothing is left.
    private static final Pattern FIELD = Pattern.compile("(?is)(\\\\*[\"']" + SECRET_NAME + "\\\\*[\"']\\s*:\\s*)"
            + "(?:[\\[{].*+|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"?|'[^']*+'?|\\\\+\"[^\"]*+\"?|[^\\s,}\\]]*+)");
    private static final Pattern PARAMETER = Pattern.compile("(?i)(\\b" + SECRET_NAME + "=)[^&\\s\"',;]*");
    private static final Pattern SPOKEN = Pattern.compile("(?i)(\\b(?:\\w*password|passwd|secret)\\s*:\\s*)[^\\s\"',;]+");
    // The shapes of access tokens of Synapse and of Matrix Authentication Service, of API keys of model providers, of JSON Web Tokens.
    private static final Pattern SHAPE = Pattern.compile("\\b(?:(?:syt|mat|mct|mar|mcr|ghp|gho)_|sk[_-])[\\w.~+/=-]{8,}|\\beyJ[\\w-]+\\.[\\w.-]+");

    private Masked() {
    }

    /** The text on one line, control and bidirectional characters escaped, credentials replaced by {@value #MASK}; "" for null. */
    public static String of(String text) {
        if (text == null) {
            return "";
        }
        String masked = text.length() <= READ ? text : text.substring(0, READ);
        masked = AUTHORIZATION.matcher(masked).replaceAll("$1" + MASK);
        masked = BEARER.matcher(masked).replaceAll("$1" + MASK);
        masked = USER_INFO.matcher(masked).replaceAll("$1" + MASK + "@");
        masked = FIELD.matcher(masked).replaceAll("$1\"" + MASK + "\"");
        masked = PARAMETER.matcher(masked).replaceAll("$1" + MASK);
        masked = SPOKEN.matcher(masked).replaceAll("$1" + MASK);
        masked = SHAPE.matcher(masked).replaceAll(MASK);
        return Printable.line(masked, LENGTH);
    }
}
