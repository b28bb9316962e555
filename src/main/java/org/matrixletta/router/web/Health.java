package org.matrixletta.router.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.matrixletta.router.Settings;
import org.matrixletta.router.mapping.WatchedFile;
import org.matrixletta.router.peer.Peers;
import org.matrixletta.router.store.DatabaseUrl;
import org.matrixletta.router.store.StoreState;
import org.springframework.stereotype.Component;

/** How the router is: one word for everybody, the reasons for whoever has a key. */
@Component("health")
public class Health {

    private final Settings settings;
    private final DatabaseUrl database;
    private final StoreState store;
    private final WatchedFile file;
    private final Peers peers;
    private final ObjectMapper json;

    Health(Settings settings, DatabaseUrl database, StoreState store, WatchedFile file, Peers peers, ObjectMapper json) {
        this.settings = settings;
        this.database = database;
        this.store = store;
        this.file = file;
        this.peers = peers;
        this.json = json;
    }

    /**
     * The answer of GET /health, from the last look at the store.
     *
     * @param challenge a text whose proof shows a command that this service holds the same ROUTER_API_KEY; may be null
     */
    public String answer(@Header("challenge") String challenge, @Header("Authorization") String authorization, Exchange exchange) throws JsonProcessingException {
        String fault = fault(store.last());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", fault == null ? "healthy" : "unhealthy");
        if (challenge != null) {
            answer.put("proof", proof(settings.apiKey(), challenge));
        }
        if (authorization != null) {
            answer.putAll(details());
        }
        return write(answer, fault == null, exchange);
    }

    /** The answer of GET /health/live: there is nobody who could say otherwise. */
    public String live(Exchange exchange) throws JsonProcessingException {
        return write(Map.of("status", "live"), true, exchange);
    }

    /** The answer of GET /health/ready, from the last look at the store: a peer that is away does not keep the router from its work. */
    public String ready(Exchange exchange) throws JsonProcessingException {
        boolean isReady = fault(store.last()) == null;
        return write(Map.of("status", isReady ? "ready" : "not ready"), isReady, exchange);
    }

    private String write(Map<String, Object> answer, boolean isWell, Exchange exchange) throws JsonProcessingException {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, isWell ? 200 : 503);
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        return json.writeValueAsString(answer);
    }

    /** What whoever has a key is told. */
    Map<String, Object> details() {
        StoreState.Look look = store.last();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("store", database.place());
        details.put("mapping_file", settings.mappingsFile().toAbsolutePath().normalize().toString());
        details.put("mapping_file_fault", file.fault());
        details.put("phase", settings.mappingsPhase());
        details.put("looked_at", look.at().truncatedTo(ChronoUnit.SECONDS).toString());
        details.put("fault", fault(look));
        details.putAll(look.facts());
        if (settings.carriesMessages()) {
            details.put("peers", peers.all());
        }
        return details;
    }

    /** What only a holder of the key can say to the challenge: HMAC-SHA-256 in hexadecimal. */
    public static String proof(String key, String challenge) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(("matrix-letta-router " + challenge).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    private String fault(StoreState.Look look) {
        return look.failure() != null ? look.failure() : emptyStore(look.facts());
    }

    private String emptyStore(Map<String, Object> facts) {
        boolean isEmpty = facts.get("mappings") instanceof Number mappings && mappings.longValue() == 0;
        return isEmpty && file.holdsEntries(settings.mappingsFile().toFile()) ? "The table agent_mappings is empty although there is a mapping file." : null;
    }
}
