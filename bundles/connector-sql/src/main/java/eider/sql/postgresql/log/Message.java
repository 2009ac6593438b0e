package eider.sql.postgresql.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the plugin {@code pgoutput} tells, in version 1 of its protocol.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html">Logical Replication Message Formats</a>
 */
sealed interface Message {

    /**
     * A transaction that committed begins.
     *
     * @param commit the position at which its commit stands
     * @param number of the transaction, in 32 bits
     */
    record Begin(long commit, int number) implements Message {
    }

    /** @param end the position behind the transaction */
    record Commit(long end) implements Message {
    }

    /**
     * A table as the messages behind it mean it by its number.
     *
     * @param types of its columns: the number of the type, and its modifier in the lower 32 bits
     */
    record Relation(int id, String schema, String name, List<String> columns, List<Long> types) implements Message {
    }

    record Insert(int relation, Tuple row) implements Message {
    }

    /** @param before its key, or all of it, as it was; null where the key stayed */
    record Update(int relation, Tuple before, Tuple row) implements Message {
    }

    /** @param before its key, or all of it */
    record Delete(int relation, Tuple before) implements Message {
    }

    /** Tables that were emptied. */
    record Truncate(List<Integer> relations) implements Message {
    }

    /** Something that tells of no row. */
    record Other() implements Message {
    }

    /**
     * Values in the order of the relation's columns.
     *
     * @param texts null where there is none, or none is told
     * @param told false where a long value did not change and so is left out
     */
    record Tuple(String[] texts, boolean[] told) {
    }

    /** @throws IllegalArgumentException if it is no such message, with a sentence */
    static Message of(ByteBuffer bytes) {
        try {
            byte kind = bytes.get();
            return switch (kind) {
                case 'B' -> {
                    long commit = bytes.getLong();
                    bytes.getLong();
                    yield new Begin(commit, bytes.getInt());
                }
                case 'C' -> {
                    bytes.get();
                    bytes.getLong();
                    yield new Commit(bytes.getLong());
                }
                case 'R' -> relation(bytes);
                case 'I' -> {
                    int relation = bytes.getInt();
                    expect(bytes, 'N');
                    yield new Insert(relation, tuple(bytes));
                }
                case 'U' -> update(bytes);
                case 'D' -> {
                    int relation = bytes.getInt();
                    byte which = bytes.get();
                    if (which != 'K' && which != 'O') {
                        throw new IllegalArgumentException("The log tells of a deleted row by '" + (char) which + "'.");
                    }
                    yield new Delete(relation, tuple(bytes));
                }
                case 'T' -> truncate(bytes);
                case 'O', 'Y', 'M' -> new Other();
                default -> throw new IllegalArgumentException("The log holds a message of the unknown kind '" + (char) kind + "'.");
            };
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("The log holds a message that breaks off.", e);
        }
    }

    private static Message relation(ByteBuffer bytes) {
        int id = bytes.getInt();
        String schema = string(bytes);
        String name = string(bytes);
        bytes.get();
        int count = count(bytes.getShort(), bytes, 10);
        List<String> columns = new ArrayList<>();
        List<Long> types = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bytes.get();
            columns.add(string(bytes));
            types.add(bytes.getLong());
        }
        // The catalogue's own schema is told by an empty name.
        return new Relation(id, schema.isEmpty() ? "pg_catalog" : schema, name, List.copyOf(columns), List.copyOf(types));
    }

    private static Message update(ByteBuffer bytes) {
        int relation = bytes.getInt();
        byte which = bytes.get();
        Tuple before = null;
        if (which == 'K' || which == 'O') {
            before = tuple(bytes);
            which = bytes.get();
        }
        if (which != 'N') {
            throw new IllegalArgumentException("The log tells of a changed row by '" + (char) which + "'.");
        }
        return new Update(relation, before, tuple(bytes));
    }

    private static Message truncate(ByteBuffer bytes) {
        int count = count(bytes.getInt(), bytes, 4);
        bytes.get();
        List<Integer> relations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            relations.add(bytes.getInt());
        }
        return new Truncate(List.copyOf(relations));
    }

    private static Tuple tuple(ByteBuffer bytes) {
        int count = count(bytes.getShort(), bytes, 1);
        String[] texts = new String[count];
        boolean[] told = new boolean[count];
        for (int i = 0; i < count; i++) {
            byte kind = bytes.get();
            switch (kind) {
                case 'n' -> told[i] = true;
                case 'u' -> { }
                case 't' -> {
                    byte[] text = new byte[count(bytes.getInt(), bytes, 1)];
                    bytes.get(text);
                    texts[i] = new String(text, StandardCharsets.UTF_8);
                    told[i] = true;
                }
                default -> throw new IllegalArgumentException("The log holds a value of the unknown kind '" + (char) kind + "'.");
            }
        }
        return new Tuple(texts, told);
    }

    /** A number of things that take at least so many bytes each: no more than there are can be asked for. */
    private static int count(int count, ByteBuffer bytes, int least) {
        if (count < 0 || (long) count * least > bytes.remaining()) {
            throw new IllegalArgumentException("The log holds a message that breaks off.");
        }
        return count;
    }

    private static void expect(ByteBuffer bytes, char wanted) {
        byte found = bytes.get();
        if (found != wanted) {
            throw new IllegalArgumentException("The log holds '" + (char) found + "' where '" + wanted + "' should stand.");
        }
    }

    /** Ended by a nought. */
    private static String string(ByteBuffer bytes) {
        int from = bytes.position();
        int to = from;
        while (to < bytes.limit() && bytes.get(to) != 0) {
            to++;
        }
        byte[] text = new byte[to - from];
        bytes.get(text);
        bytes.get();
        return new String(text, StandardCharsets.UTF_8);
    }
}
