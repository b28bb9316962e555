package org.matrixletta.router;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.matrixletta.router.store.DatabaseUrl;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Every setting of the router, as application.yaml binds it from the environment; a setting that nobody gave is an empty text.
 *
 * @param databaseUrl where the table is (DATABASE_URL), in any form that {@link DatabaseUrl} reads
 * @param mappingsFile the mapping file (MAPPINGS_FILE)
 * @param mappingsPhase which side is the source (MAPPINGS_PHASE)
 * @param mappingsAccepted agents whose differences are known and accepted, by id, separated by commas (MAPPINGS_ACCEPTED)
 * @param verifyCron when Quartz compares file and table (VERIFY_CRON)
 * @param verifySelfHeal whether a scheduled verification that finds a difference runs a sync (VERIFY_SELF_HEAL)
 * @param apiHost the address that the HTTP side listens on (API_HOST)
 * @param apiPort its port (API_PORT)
 * @param apiKey what operators and services present as a bearer token (ROUTER_API_KEY)
 * @param readKey the same, for reading only (ROUTER_READ_KEY)
 * @param apiOpenReads whether the old system's two reading endpoints answer without a key (API_OPEN_READS)
 * @param matrixServerName the homeserver's name (MATRIX_SERVER_NAME)
 * @param matrixBotLocalpart the localpart of the router's own Matrix user (MATRIX_BOT_LOCALPART)
 * @param lettaAgentId the default agent (LETTA_AGENT_ID)
 * @param unmappedRooms what happens to a message in a room without a mapping (UNMAPPED_ROOMS)
 */
@ConfigurationProperties("router")
public record Settings(
        String databaseUrl, Path mappingsFile, String mappingsPhase, String mappingsAccepted, String verifyCron, boolean verifySelfHeal,
        String apiHost, int apiPort, String apiKey, String readKey, boolean apiOpenReads,
        String matrixServerName, String matrixBotLocalpart, String lettaAgentId, String unmappedRooms) {

    /** The fewest characters of a token that this router accepts as a secret. */
    static final int TOKEN_LENGTH = 32;

    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{|\\{\\{|\\$simple\\{");

    /** The folder that the watcher looks into. */
    public Path watchedFolder() {
        return mappingsFile.toAbsolutePath().normalize().getParent();
    }

    /** The bot's full Matrix user id, or an empty text where MATRIX_SERVER_NAME is not set. */
    public String botUser() {
        return matrixServerName.isEmpty() ? "" : "@" + matrixBotLocalpart + ":" + matrixServerName;
    }

    /** What a message in a room without a mapping meets: the default agent's id, or an empty text where it is ignored. */
    public String defaultAgent() {
        return unmappedRooms.equals("default-agent") ? lettaAgentId : "";
    }

    /**
     * Says what is missing or impossible, for a service that is about to start.
     *
     * @return one sentence per setting, with its name and how to set it; empty if all is well
     */
    public List<String> faultsOfService() {
        List<String> faults = new ArrayList<>(faultsOfCommand());
        if (apiKey.length() < TOKEN_LENGTH) {
            faults.add("ROUTER_API_KEY is " + (apiKey.isEmpty() ? "missing" : "shorter than " + TOKEN_LENGTH + " characters")
                    + "; set it to a random text, for example the output of `openssl rand -hex 32`.");
        }
        if (!readKey.isEmpty() && (readKey.length() < TOKEN_LENGTH || readKey.equals(apiKey))) {
            faults.add("ROUTER_READ_KEY is shorter than " + TOKEN_LENGTH + " characters or equal to ROUTER_API_KEY; set another random text, or leave it out.");
        }
        if (!org.quartz.CronExpression.isValidExpression(verifyCron)) {
            faults.add("VERIFY_CRON is not a Quartz cron expression; set six fields, for example `0 */15 * * * ?`.");
        }
        return faults;
    }

    /**
     * Says what is missing or impossible, for a command that works on the store in its own process.
     *
     * @return as {@link #faultsOfService()}
     */
    public List<String> faultsOfCommand() {
        List<String> faults = new ArrayList<>();
        if (databaseUrl.isEmpty()) {
            faults.add("DATABASE_URL is missing; set it to your PostgreSQL, for example postgresql://router:PASSWORD@127.0.0.1:5432/letta.");
        } else {
            try {
                DatabaseUrl.parse(databaseUrl);
            } catch (IllegalArgumentException e) {
                faults.add("DATABASE_URL " + e.getMessage() + "; write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password percent-encoded.");
            }
        }
        if (!mappingsPhase.equals("file-first")) {
            faults.add("MAPPINGS_PHASE is \"" + mappingsPhase + "\", but this version serves only file-first; set it to file-first, or leave it out.");
        }
        if (EXPRESSION.matcher(mappingsFile.toString()).find()) {
            faults.add("MAPPINGS_FILE holds an expression; name a plain path.");
        }
        if (!List.of("default-agent", "ignore", "notice").contains(unmappedRooms)) {
            faults.add("UNMAPPED_ROOMS is \"" + unmappedRooms + "\"; set it to default-agent, ignore or notice.");
        }
        return faults;
    }

    /** Never a value: two of them are secrets. */
    @Override
    public String toString() {
        return "Settings of " + mappingsFile;
    }
}
