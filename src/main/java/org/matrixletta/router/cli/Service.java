package org.matrixletta.router.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matrixletta.router.mapping.MappingFile;
import org.matrixletta.router.store.DatabaseUrl;
import org.matrixletta.router.web.Answers;
import org.matrixletta.router.web.Health;

/** The service that runs on API_PORT, asked only after it has proved that it holds the same key. */
final class Service {

    private static final int PROMPT_MS = 5_000;
    private static final int BUFFER = 1 << 16;
    private static final Pattern FIELD = Pattern.compile("\"(proof|store)\":\"([^\"\\\\]*)\"");

    private final CommandSettings settings;
    private final String address;

    Service(CommandSettings settings) {
        this.settings = settings;
        String host = switch (settings.apiHost()) {
            case "0.0.0.0", "::", "" -> "127.0.0.1";
            default -> settings.apiHost();
        };
        this.address = "http://" + host + ":" + settings.apiPort();
    }

    /**
     * Whether the service answers, holds the same key and uses the same store.
     *
     * @param remark told what else was met on the port
     * @throws CommandException if it uses another store than the command's DATABASE_URL
     */
    boolean isOurs(Consumer<String> remark) {
        String challenge = UUID.randomUUID().toString();
        try {
            String answer = content(connect("/health?challenge=" + challenge, "GET"));
            if (settings.apiKey().isEmpty()) {
                remark.accept("Something answers on " + address + ", but without ROUTER_API_KEY it cannot be asked; working in this process.");
                return false;
            }
            byte[] expected = Health.proof(settings.apiKey(), challenge).getBytes(StandardCharsets.UTF_8);
            if (!MessageDigest.isEqual(field(answer, "proof").getBytes(StandardCharsets.UTF_8), expected)) {
                remark.accept("What answers on " + address + " is still starting, or is not this router with the same ROUTER_API_KEY; working in this process.");
                return false;
            }
            refuseOtherStore();
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            remark.accept("What listens on " + address + " does not answer like this router; working in this process.");
            return false;
        }
    }

    /** The service's answer. */
    Answer ask(Request asked, boolean json) throws IOException {
        HttpURLConnection connection = connect(asked.target(), asked.method());
        connection.setReadTimeout(0);
        connection.setRequestProperty("Authorization", "Bearer " + settings.apiKey());
        connection.setRequestProperty("Accept", json ? "application/json" : "text/plain");
        asked.headers().forEach(connection::setRequestProperty);
        if (asked.file() != null || asked.body() != null) {
            connection.setRequestProperty("Content-Type", "application/json");
        }
        if (asked.file() != null) {
            try (InputStream file = MappingFile.open(asked.file())) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.setChunkedStreamingMode(BUFFER);
                file.transferTo(connection.getOutputStream());
            }
        } else if (asked.body() != null) {
            connection.setDoOutput(true);
            try (OutputStream body = connection.getOutputStream()) {
                body.write(asked.body().getBytes(StandardCharsets.UTF_8));
            }
        }
        String content = content(connection);
        boolean isReport = connection.getResponseCode() < 400;
        return new Answer(connection.getHeaderFieldInt(Answers.EXIT_CODE, isReport ? 0 : 2), content, isReport);
    }

    private void refuseOtherStore() throws IOException {
        if (settings.databaseUrl().isEmpty()) {
            return;
        }
        String own = ownStore();
        HttpURLConnection connection = connect("/health", "GET");
        connection.setRequestProperty("Authorization", "Bearer " + settings.apiKey());
        String theirs = field(content(connection), "store");
        if (!own.equals(theirs)) {
            throw new CommandException(2, "The service on " + address + " uses the database " + theirs + ", but DATABASE_URL of this command names " + own
                    + "; correct one of them, or add --standalone to work on " + own + ".");
        }
    }

    private String ownStore() {
        try {
            return DatabaseUrl.parse(settings.databaseUrl()).place();
        } catch (IllegalArgumentException e) {
            throw new CommandException(2, "DATABASE_URL of this command " + e.getMessage() + "; correct it, or leave it out where the service runs.");
        }
    }

    private HttpURLConnection connect(String target, String method) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(address + target).toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setConnectTimeout(PROMPT_MS);
        connection.setReadTimeout(PROMPT_MS);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    private static String content(HttpURLConnection connection) throws IOException {
        try (InputStream body = connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String field(String json, String name) {
        for (Matcher field = FIELD.matcher(json); field.find();) {
            if (field.group(1).equals(name)) {
                return field.group(2);
            }
        }
        return "";
    }
}
