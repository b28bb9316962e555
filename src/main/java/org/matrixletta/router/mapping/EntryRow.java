package org.matrixletta.router.mapping;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;

/** Writes entries as rows of PostgreSQL's COPY text format (PostgreSQL documentation, COPY, "Text Format"). */
final class EntryRow {

    private static final String NULL = "\\N";

    private final MessageDigest digest;
    private final StringBuilder row = new StringBuilder(512);

    EntryRow(MessageDigest digest) {
        this.digest = digest;
    }

    /** The row, valid until the next call; its digest stands for all that the entry states, however it was written. */
    CharSequence of(MappingEntry entry) {
        row.setLength(0);
        append(entry.agentName());
        append(entry.matrixUserId());
        append(entry.matrixPassword());
        append(entry.roomId());
        row.append(entry.statesRoom()).append('\t');
        append(entry.roomCreated() == null ? null : entry.roomCreated().toString());
        append(entry.invitations());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(row.toString().getBytes(StandardCharsets.UTF_8)));
        row.append(new UUID(hash.getLong(), hash.getLong())).append('\t');
        append(entry.fault());
        row.setCharAt(row.length() - 1, '\n');
        StringBuilder key = new StringBuilder(64).append(entry.ord()).append('\t').append(entry.line()).append('\t');
        escape(entry.agentId(), key);
        return row.insert(0, key.append('\t'));
    }

    private void append(String value) {
        if (value == null) {
            row.append(NULL);
        } else {
            escape(value, row);
        }
        row.append('\t');
    }

    private static void escape(String value, StringBuilder row) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            switch (character) {
                case '\\' -> row.append("\\\\");
                case '\t' -> row.append("\\t");
                case '\n' -> row.append("\\n");
                case '\r' -> row.append("\\r");
                default -> row.append(character);
            }
        }
    }
}
