package eider.sql;

import eider.connector.Cursor;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * How far a table was read: what a {@link Cursor} says. A pass goes over all rows, or over all that changed since the pass before it; it may take
 * several reads, each with a snapshot of its own.
 *
 * @param by the columns by which the table is read in order, so that a place is not taken for one in another order
 * @param since where the next pass, or this one, begins: the greatest value of the cursor column in the first snapshot of the pass before. Null:
 *     with the first row
 * @param mark the greatest value of the cursor column in the first snapshot of this pass. Null: there is none
 * @param seen the oldest transaction that the first snapshot of this pass did not see the end of; everything older is in it. Empty where the server
 *     does not tell
 * @param at the values of {@code by} in the last row that was pushed; empty if the pass is over, or goes by pieces
 * @param pieces which {@link Pieces} were read; null if the pass is over, or goes row by row in order
 * @param log up to where the server's log is in what was read; null where it is not asked
 * @param shape as {@link Log#shape} told it when all rows were read last; empty where the log is not asked
 */
public record Place(List<String> by, String since, String mark, String seen, List<String> at, Read pieces, String log, String shape) {

    /**
     * Pieces that were read.
     *
     * @param layout of all pieces
     * @param done one bit for each piece; not to be changed
     */
    record Read(String layout, BitSet done) {
    }

    public Place {
        by = List.copyOf(by);
        at = List.copyOf(at);
    }

    /** Null if the cursor is of a read in another order, so that everything has to be read again. */
    static Place of(Cursor cursor, Table table) {
        Place place = parsed(cursor.text());
        return place != null && place.by.equals(by(table)) && (place.at.isEmpty() || place.at.size() == place.by.size()) ? place : null;
    }

    static List<String> by(Table table) {
        return table.order().stream().map(Column::name).toList();
    }

    private static Place parsed(String text) {
        List<String> by = new ArrayList<>();
        List<String> at = new ArrayList<>();
        String since = null;
        String mark = null;
        String seen = "";
        String layout = null;
        BitSet done = new BitSet();
        String log = null;
        String shape = "";
        boolean known = false;
        for (String part : text.split("&")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                return null;
            }
            String value = URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8);
            switch (part.substring(0, equals)) {
                case "v" -> known = value.equals("1");
                case "by" -> by.add(value);
                case "at" -> at.add(value);
                case "since" -> since = value;
                case "mark" -> mark = value;
                case "seen" -> seen = value;
                case "layout" -> layout = value;
                case "log" -> log = value;
                case "shape" -> shape = value;
                case "run" -> {
                    int dash = value.indexOf('-');
                    done.set(Integer.parseInt(value, 0, dash, 10), Integer.parseInt(value, dash + 1, value.length(), 10) + 1);
                }
                default -> {
                    return null;
                }
            }
        }
        return known ? new Place(by, since, mark, seen, at, layout == null ? null : new Read(layout, done), log, shape) : null;
    }

    public Cursor cursor() {
        StringBuilder text = new StringBuilder("v=1");
        by.forEach(column -> add(text, "by", column));
        add(text, "since", since);
        add(text, "mark", mark);
        add(text, "seen", seen.isEmpty() ? null : seen);
        at.forEach(value -> add(text, "at", value));
        add(text, "log", log);
        add(text, "shape", shape.isEmpty() ? null : shape);
        if (pieces != null) {
            add(text, "layout", pieces.layout);
            for (int from = pieces.done.nextSetBit(0); from >= 0; from = pieces.done.nextSetBit(pieces.done.nextClearBit(from))) {
                add(text, "run", from + "-" + (pieces.done.nextClearBit(from) - 1));
            }
        }
        return new Cursor(text.toString());
    }

    private static void add(StringBuilder text, String name, String value) {
        if (value != null) {
            text.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }

    /** Whether the pass came to its end. */
    public boolean over() {
        return at.isEmpty() && pieces == null;
    }

    /** The same pass behind a row. */
    Place at(List<String> values) {
        return new Place(by, since, mark, seen, values, null, log, shape);
    }

    /** The same pass with these pieces read. */
    Place read(Pieces all, BitSet done) {
        return new Place(by, since, mark, seen, List.of(), new Read(all.layout(), (BitSet) done.clone()), log, shape);
    }

    /** The same pass, over. */
    Place ended() {
        return at(List.of());
    }

    /** The end of a pass that went along the log. */
    public Place followed(String position, String snapshot) {
        return new Place(by, since, mark, snapshot, List.of(), null, position, shape);
    }
}
