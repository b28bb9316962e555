package org.matrixletta.router;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param metricsAgents how many agents have metrics of their own (METRICS_AGENTS)
 * @param apiAllowedHosts further host names by which the page may be opened, separated by commas (API_ALLOWED_HOSTS)
 * @param matrixIntake how events come in (MATRIX_INTAKE)
 * @param matrixHomeserverUrl where the homeserver's client-server API answers (MATRIX_HOMESERVER_URL)
 * @param matrixServerName the homeserver's name (MATRIX_SERVER_NAME)
 * @param routerUrl where the homeserver reaches the router (ROUTER_URL)
 * @param matrixAsId the registration's id (MATRIX_AS_ID)
 * @param matrixAsToken what the router presents to the homeserver (MATRIX_AS_TOKEN)
 * @param matrixHsToken what the homeserver presents to the router (MATRIX_HS_TOKEN)
 * @param matrixBotLocalpart the localpart of the router's own Matrix user (MATRIX_BOT_LOCALPART)
 * @param matrixAgentPrefix what the localparts of the agents' users begin with (MATRIX_AGENT_PREFIX)
 * @param matrixAllowedSenders globs of the users whose messages reach agents (MATRIX_ALLOWED_SENDERS)
 * @param matrixIgnoredUsers globs of the users whose messages never do (MATRIX_IGNORED_USERS)
 * @param lettaApi which of Letta's interfaces is spoken (LETTA_API)
 * @param lettaApiUrl where Letta answers (LETTA_API_URL)
 * @param lettaToken what the router presents to Letta (LETTA_TOKEN)
 * @param lettaAgentId the default agent (LETTA_AGENT_ID)
 * @param lettaTurnLimit how long a turn may take before its outcome counts as unknown (LETTA_TURN_LIMIT)
 * @param lettaGoneAfter how long Letta has to keep to it that it has no such agent (LETTA_GONE_AFTER)
 * @param lettaMaxTurns how many turns may run at once (LETTA_MAX_TURNS)
 * @param lettaUnlisted globs of the names of Letta's agents that a live verification leaves out (LETTA_UNLISTED)
 * @param unmappedRooms what happens to a message in a room without a mapping (UNMAPPED_ROOMS)
 * @param disabledAgents agents that are asked nothing, by id, separated by commas (DISABLED_AGENTS)
 * @param askMaxAge how long a message may have waited and still be asked (ASK_MAX_AGE)
 * @param catchUpEvery how often a room is read for events that its homeserver did not push (CATCH_UP_EVERY)
 * @param catchUpMaxAge how old an event may be that is found so (CATCH_UP_MAX_AGE)
 * @param roomWaitingLimit how many messages of a room may wait (ROOM_WAITING_LIMIT); 0: any number
 * @param roomTurnsPerHour how many turns a room may have in an hour (ROOM_TURNS_PER_HOUR); 0: any number
 * @param pairTurnsPerHour how many turns two agents may cause each other in an hour (PAIR_TURNS_PER_HOUR); 0: any number
 * @param lateAfter how old a message is whose answer is marked as late (LATE_AFTER)
 * @param mentionAsker whether an answer mentions who asked (MENTION_ASKER)
 * @param silentTurnNotice whether the room is told that an agent says nothing to a message (SILENT_TURN_NOTICE)
 * @param retainText how long the text of a message is kept after it is settled (RETAIN_TEXT)
 * @param retainMessages how long the rest of it is kept (RETAIN_MESSAGES)
 * @param observe whether nothing is sent, to Letta or to the homeserver (OBSERVE)
 * @param logFormat how a line of the log is written (LOG_FORMAT)
 */
@ConfigurationProperties("router")
public record Settings(
        String databaseUrl, Path mappingsFile, String mappingsPhase, String mappingsAccepted, String verifyCron, boolean verifySelfHeal,
        String apiHost, int apiPort, String apiKey, String readKey, boolean apiOpenReads, int metricsAgents, String apiAllowedHosts,
        String matrixIntake, String matrixHomeserverUrl, String matrixServerName, String routerUrl, String matrixAsId, String matrixAsToken, String matrixHsToken,
        String matrixBotLocalpart, String matrixAgentPrefix, String matrixAllowedSenders, String matrixIgnoredUsers,
        String lettaApi, String lettaApiUrl, String lettaToken, String lettaAgentId, Duration lettaTurnLimit, Duration lettaGoneAfter, int lettaMaxTurns, String lettaUnlisted,
        String unmappedRooms, String disabledAgents, Duration askMaxAge, Duration catchUpEvery, Duration catchUpMaxAge, int roomWaitingLimit, int roomTurnsPerHour, int pairTurnsPerHour, Duration lateAfter, boolean mentionAsker, boolean silentTurnNotice,
        Duration retainText, Duration retainMessages, boolean observe, String logFormat) {

    /** The fewest characters of a token that this router accepts as a secret. */
    static final int TOKEN_LENGTH = 32;

    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{|\\{\\{|\\$simple\\{");
    // RFC 6750, section 2.1.
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");
    // Matrix specification, appendices: server name, and user identifiers; Synapse takes only what a URL leaves as it is.
    private static final Pattern SERVER_NAME = Pattern.compile("[A-Za-z0-9.:\\[\\]-]+");
    private static final Pattern LOCALPART = Pattern.compile("[a-z0-9._/-]+");
    // RFC 3986, section 3.2.2: a name, or an address of version 4 or 6.
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.]+]?");
    private static final Pattern AS_ID = Pattern.compile("[A-Za-z0-9._-]+");

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

    /** Whether messages are carried, or only mappings kept. */
    public boolean carriesMessages() {
        return !matrixIntake.equals("none");
    }

    /** Globs of the users whose messages reach agents: by default everybody of this homeserver. */
    public String allowedSenders() {
        return matrixAllowedSenders.isEmpty() ? "@*:" + matrixServerName : matrixAllowedSenders;
    }

    /** Whether a Matrix user lies in the registration's namespace, so that the router may speak as it: an agent's user, or the bot. */
    public boolean isOurUser(String user) {
        return user.equals(botUser()) || user.startsWith("@" + matrixAgentPrefix) && user.endsWith(":" + matrixServerName);
    }

    /** The agents' users in that namespace, as a pattern of SQL's LIKE. */
    public String agentUsers() {
        return literally("@" + matrixAgentPrefix) + "%" + literally(":" + matrixServerName);
    }

    private static String literally(String text) {
        return text.replaceAll("[\\\\%_]", "\\\\$0");
    }

    /** The ids that a setting lists, separated by commas. */
    public static List<String> ids(String setting) {
        return Arrays.stream(setting.split(",")).map(String::strip).filter(id -> !id.isEmpty()).toList();
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
        if (!ids(apiAllowedHosts).stream().allMatch(host -> HOST.matcher(host).matches())) {
            faults.add("API_ALLOWED_HOSTS holds something that is no host name; set names separated by commas, without scheme, port and path, for example router.example.org, or leave it out.");
        }
        if (!org.quartz.CronExpression.isValidExpression(verifyCron)) {
            faults.add("VERIFY_CRON is not a Quartz cron expression; set six fields, for example `0 */15 * * * ?`.");
        }
        if (metricsAgents < 0) {
            faults.add("METRICS_AGENTS is " + metricsAgents + "; set it to 0 or more, or leave it out.");
        }
        switch (matrixIntake) {
            case "none" -> { }
            case "appservice" -> faults.addAll(faultsOfDelivery());
            case "sync" -> faults.add("MATRIX_INTAKE is \"sync\", which this version does not serve; set it to appservice, or to none to keep mappings only.");
            default -> faults.add("MATRIX_INTAKE is \"" + matrixIntake + "\"; set it to appservice, or to none to keep mappings only.");
        }
        return faults;
    }

    private List<String> faultsOfDelivery() {
        List<String> faults = new ArrayList<>(faultsOfPeers());
        if (!routerUrl.isEmpty()) {
            faults.addAll(faultsOfRouterUrl());
        }
        faults.addAll(faultsOfNames());
        faults.addAll(faultsOfTokens());
        if (lettaMaxTurns < 1) {
            faults.add("LETTA_MAX_TURNS is " + lettaMaxTurns + "; set it to at least 1, or leave it out.");
        }
        faults.addAll(faultsOfTime("LETTA_TURN_LIMIT", lettaTurnLimit));
        faults.addAll(faultsOfTime("LETTA_GONE_AFTER", lettaGoneAfter));
        faults.addAll(faultsOfTime("ASK_MAX_AGE", askMaxAge));
        if (catchUpEvery.compareTo(Duration.ofMinutes(1)) < 0 || catchUpEvery.compareTo(Duration.ofDays(1)) > 0) {
            faults.add("CATCH_UP_EVERY is " + catchUpEvery.toSeconds() + " s; set it to between 1m and 24h, or leave it out.");
        }
        if (catchUpMaxAge.isNegative() || catchUpMaxAge.compareTo(retainMessages) > 0) {
            faults.add("CATCH_UP_MAX_AGE is negative or longer than RETAIN_MESSAGES; what is forgotten here would be asked again, so set a shorter time, or leave it out.");
        }
        if (retainText.compareTo(askMaxAge) < 0 || retainMessages.compareTo(retainText) < 0) {
            faults.add("RETAIN_TEXT is shorter than ASK_MAX_AGE, or RETAIN_MESSAGES is shorter than RETAIN_TEXT; a message is needed until it is settled, so set longer times, or leave them out.");
        }
        return faults;
    }

    /** A number without a unit is one of milliseconds, which nobody means. */
    private static List<String> faultsOfTime(String name, Duration time) {
        return time.compareTo(Duration.ofSeconds(1)) >= 0 ? List.of() : List.of(name + " is shorter than a second; set a time with its unit, for example 15m, or leave it out.");
    }

    /**
     * Says what is missing or impossible, for a registration that is to be printed.
     *
     * @return as {@link #faultsOfService()}
     */
    public List<String> faultsOfRegistration() {
        List<String> faults = new ArrayList<>(faultsOfRouterUrl());
        faults.addAll(faultsOfNames());
        faults.addAll(faultsOfTokens());
        return faults;
    }

    /**
     * Says what is missing or impossible, for an agent that is to be given its user and room.
     *
     * @return as {@link #faultsOfService()}
     */
    public List<String> faultsOfProvision() {
        List<String> faults = new ArrayList<>(faultsOfPeers());
        faults.addAll(faultsOfNames());
        faults.addAll(faultsOfToken("MATRIX_AS_TOKEN", matrixAsToken));
        return faults;
    }

    private List<String> faultsOfPeers() {
        List<String> faults = new ArrayList<>();
        faults.addAll(faultsOfUrl("MATRIX_HOMESERVER_URL", matrixHomeserverUrl, "your homeserver, for example http://127.0.0.1:8008, or set MATRIX_INTAKE=none to keep mappings only"));
        faults.addAll(faultsOfUrl("LETTA_API_URL", lettaApiUrl, "your Letta server, for example http://127.0.0.1:8283"));
        if (!lettaApi.equals("v1")) {
            faults.add("LETTA_API is \"" + lettaApi + "\", which this version does not speak; set it to v1 and LETTA_API_URL to a Letta server of version 0.16, or leave it out.");
        }
        return faults;
    }

    private List<String> faultsOfRouterUrl() {
        return faultsOfUrl("ROUTER_URL", routerUrl, "where your homeserver reaches the router, for example http://127.0.0.1:8004");
    }

    /** What a homeserver would refuse in a registration, and a prefix that would make every person an agent. */
    private List<String> faultsOfNames() {
        List<String> faults = new ArrayList<>();
        if (!SERVER_NAME.matcher(matrixServerName).matches()) {
            faults.add("MATRIX_SERVER_NAME is " + (matrixServerName.isEmpty() ? "missing" : "no server name")
                    + "; set it to the part after the colon of your homeserver's users, for example example.org.");
        }
        if (!AS_ID.matcher(matrixAsId).matches()) {
            faults.add("MATRIX_AS_ID is no plain word; set it to letters, digits, dots, underscores and hyphens, or leave it out.");
        }
        faults.addAll(faultsOfLocalpart("MATRIX_BOT_LOCALPART", matrixBotLocalpart));
        faults.addAll(faultsOfLocalpart("MATRIX_AGENT_PREFIX", matrixAgentPrefix));
        return faults;
    }

    private static List<String> faultsOfLocalpart(String name, String localpart) {
        return LOCALPART.matcher(localpart).matches() ? List.of()
                : List.of(name + " is no localpart; set it to small letters, digits, dots, underscores, hyphens and slashes, or leave it out.");
    }

    private List<String> faultsOfTokens() {
        List<String> faults = new ArrayList<>(faultsOfToken("MATRIX_AS_TOKEN", matrixAsToken));
        faults.addAll(faultsOfToken("MATRIX_HS_TOKEN", matrixHsToken));
        if (!matrixAsToken.isEmpty() && matrixAsToken.equals(matrixHsToken)) {
            faults.add("MATRIX_AS_TOKEN and MATRIX_HS_TOKEN are the same text; set another random text for one of them, and print the registration anew.");
        }
        return faults;
    }

    private List<String> faultsOfToken(String name, String token) {
        if (token.length() < TOKEN_LENGTH) {
            return List.of(name + " is " + (token.isEmpty() ? "missing" : "shorter than " + TOKEN_LENGTH + " characters")
                    + "; set it to a random text, for example the output of `openssl rand -hex 32`, and print the registration anew.");
        }
        if (!TOKEN.matcher(token).matches()) {
            return List.of(name + " holds a character that no token may; set it to a random text, for example the output of `openssl rand -hex 32`, and print the registration anew.");
        }
        return token.equals(apiKey) || token.equals(readKey) ? List.of(name + " is the same text as ROUTER_API_KEY or ROUTER_READ_KEY; set another random text.") : List.of();
    }

    private static List<String> faultsOfUrl(String name, String url, String example) {
        return isAddress(url) ? List.of()
                : List.of(name + (url.isEmpty() ? " is missing" : " is no plain http or https address without user, query and fragment") + "; set it to " + example + ".");
    }

    /** Whether a peer may be there. */
    public static boolean isAddress(String url) {
        try {
            URI parsed = URI.create(url);
            return List.of("http", "https").contains(String.valueOf(parsed.getScheme())) && parsed.getHost() != null && parsed.getRawUserInfo() == null
                    && parsed.getRawQuery() == null && parsed.getRawFragment() == null && !EXPRESSION.matcher(url).find();
        } catch (IllegalArgumentException e) {
            return false;
        }
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
        if (!List.of("text", "json").contains(logFormat)) {
            faults.add("LOG_FORMAT is \"" + logFormat + "\"; set it to text or json, or leave it out.");
        }
        return faults;
    }

    /** Never a value: some of them are secrets. */
    @Override
    public String toString() {
        return "Settings of " + mappingsFile;
    }
}
