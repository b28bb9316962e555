package org.matrixletta.router.matrix;

import java.util.List;
import java.util.regex.Pattern;
import org.matrixletta.router.Settings;

/**
 * The file by which a homeserver knows the router as its application service (Matrix specification, application service API,
 * registration).
 */
public final class Registration {

    /** What is more than itself in the regular expressions of Python, Rust and Go, in which homeservers are written. */
    private static final Pattern SPECIAL = Pattern.compile("[\\\\.+*?()|\\[\\]{}^$]");

    private final Settings settings;
    private final List<String> others;

    /**
     * A registration by these settings.
     *
     * @param storedUsers the Matrix users of agent_mappings: those of this homeserver that do not begin with the prefix are named one by one
     */
    public Registration(Settings settings, List<String> storedUsers) {
        this.settings = settings;
        this.others = storedUsers.stream().filter(user -> user.endsWith(":" + settings.matrixServerName()) && !settings.isOurUser(user)).distinct().sorted().toList();
    }

    /** The stored users that are named one by one. */
    public List<String> others() {
        return others;
    }

    /** The file's content, both tokens included. */
    public String yaml() {
        StringBuilder users = new StringBuilder(user(literal("@" + settings.matrixAgentPrefix()) + ".*" + literal(":" + settings.matrixServerName())));
        others.forEach(other -> users.append(user(literal(other))));
        // Agents answer as fast as they can, and typing is no concern of theirs. MSC4190 lets each have a device, with which a homeserver
        // knows a repeated message even after its restart.
        return """
                # matrix-letta-router as an application service. It holds two secrets: let only the homeserver read it.
                id: %s
                url: %s
                as_token: %s
                hs_token: %s
                sender_localpart: %s
                rate_limited: false
                receive_ephemeral: false
                de.sorunome.msc2409.push_ephemeral: false
                io.element.msc4190: true
                namespaces:
                  users:
                %s  aliases: []
                  rooms: []
                """.formatted(quoted(settings.matrixAsId()), quoted(settings.routerUrl()), quoted(settings.matrixAsToken()), quoted(settings.matrixHsToken()),
                quoted(settings.matrixBotLocalpart()), users);
    }

    private static String user(String regex) {
        return """
                    - exclusive: true
                      regex: %s
                """.formatted(quoted("^" + regex + "$"));
    }

    private static String literal(String text) {
        return SPECIAL.matcher(text).replaceAll("\\\\$0");
    }

    /** Single quotes take any text of one line as it is, and no reader for a number (YAML 1.2.2, section 7.3.2). */
    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
