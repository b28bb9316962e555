package org.matrixletta.router.matrix;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.matrixletta.router.PathSegment;
import org.matrixletta.router.Printable;
import org.matrixletta.router.RefusedException;
import org.matrixletta.router.Settings;
import org.matrixletta.router.doctor.Examination;
import org.matrixletta.router.peer.PeerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Says whether the router may write as the agents' users, and whether one of these is a server admin, by asking the homeserver as that
 * user (Matrix specification, client-server API, "Current account information"; Synapse, Admin API, "Whether a user is a server
 * administrator", which tells only admins).
 */
@Component("userDiagnosis")
class UserDiagnosis {

    private static final Logger log = LoggerFactory.getLogger("delivery");

    private final Settings settings;

    UserDiagnosis(Settings settings) {
        this.settings = settings;
    }

    /** Nothing is known yet. */
    public UserFindings begin() {
        return new UserFindings();
    }

    /** Whether there is somebody to ask, and about whom. */
    public boolean canAsk(@Variable("examination") Examination examination, @Variable("mappings") Object mappings) {
        return mappings != null && examination.isWell(Examination.HOMESERVER);
    }

    /** Whether the registration holds the user by our settings; no other is ever asserted. */
    public boolean isOurs(@Variable("users") UserFindings users, @Variable("mapping") Map<String, Object> mapping) {
        boolean isOurs = settings.isOurUser(user(mapping));
        if (!isOurs) {
            users.uncovered(user(mapping), name(mapping) + " has the user " + Printable.line(user(mapping)) + ", which lies outside MATRIX_AGENT_PREFIX and MATRIX_SERVER_NAME, so the bot posts in its place; give the agent a user @"
                    + settings.matrixAgentPrefix() + "…:" + settings.matrixServerName() + ".");
        }
        return isOurs;
    }

    /** Asks as the agent's user who that is. */
    public void askWho(@Variable("mapping") Map<String, Object> mapping, Exchange exchange) {
        PeerRequest.write(exchange, "GET", "/_matrix/client/v3/account/whoami", "user_id=" + PathSegment.encode(user(mapping)), null);
    }

    /** Whether the homeserver lets us ask as this user. */
    public void said(@Variable("users") UserFindings users, @Variable("mapping") Map<String, Object> mapping, Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (answer.isDone()) {
            users.covered(user(mapping));
        } else if (answer.isRefused("M_FORBIDDEN")) {
            users.uncovered(user(mapping), answer.refusal(name(mapping) + " cannot write as " + Printable.line(user(mapping))).getMessage().replaceFirst("\\.$", "")
                    + "; `router provision " + mapping.get("agent_id") + " --owner USER` makes a user that is missing, and a registration printed anew, and loaded, holds one that is not in it.");
        } else {
            users.unknown(user(mapping), answer.refusal("Whether we may write as the agents' users, or one of them, is not known").getMessage());
        }
    }

    /** Whether the homeserver let us ask as this user, so that we may go on as it. */
    public boolean isKnown(@Variable("users") UserFindings users, @Variable("mapping") Map<String, Object> mapping) {
        return users.isCovered(user(mapping));
    }

    /** Asks as the agent's user for what only a server admin is told. */
    public void askAdmin(@Variable("mapping") Map<String, Object> mapping, Exchange exchange) {
        String user = PathSegment.encode(user(mapping));
        PeerRequest.write(exchange, "GET", "/_synapse/admin/v1/users/" + user + "/admin", "user_id=" + user, null);
    }

    /** Only an admin is told; whoever is refused is none. */
    public void saidOfAdmin(@Variable("users") UserFindings users, @Variable("mapping") Map<String, Object> mapping, Exchange exchange) {
        MatrixAnswer answer = MatrixAnswer.of(exchange);
        if (answer.isDone() && answer.json().path("admin").asBoolean()) {
            users.admin(user(mapping), name(mapping) + " writes as " + Printable.line(user(mapping)) + ", who is a server admin and may do anything on the homeserver; take that right away.");
        } else if (answer.isRefused("M_FORBIDDEN")) {
            users.noAdmin(user(mapping));
        } else {
            users.adminUnknown(user(mapping), "Whether an agent's user is a server admin, the homeserver does not say (" + answer.status() + "); see that none is.");
        }
    }

    /** The homeserver did not answer. */
    public void silent(@Variable("users") UserFindings users, @Variable("mapping") Map<String, Object> mapping, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        if (!(failure instanceof RefusedException)) {
            log.error("An error of the router itself", failure);
        }
        users.unknown(user(mapping), "Whether we may write as the agents' users, or one of them, is not known: the homeserver stopped answering.");
    }

    /** Everything was asked that could be. */
    public void asked(@Variable("examination") Examination examination, @Variable("users") UserFindings users, @Variable("mappings") Object mappings) {
        users.tell(examination);
        if (mappings != null && !canAsk(examination, mappings)) {
            examination.unknown(UserFindings.NAMESPACES, "Whether we may write as the agents' users, and whether one is a server admin, is not known: the homeserver is not as it should be, see above.");
        }
    }

    private static String user(Map<String, Object> mapping) {
        return (String) mapping.get("matrix_user_id");
    }

    private static String name(Map<String, Object> mapping) {
        return Printable.agent((String) mapping.get("agent_name"), (String) mapping.get("agent_id"));
    }
}
