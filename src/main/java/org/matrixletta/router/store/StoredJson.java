package org.matrixletta.router.store;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import org.postgresql.util.PGobject;
import org.springframework.boot.jackson.JsonComponent;

/** Lets a json or jsonb column through into an answer as it is. */
@JsonComponent
class StoredJson extends JsonSerializer<PGobject> {

    @Override
    public void serialize(PGobject value, JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeRawValue(value.getValue());
    }
}
