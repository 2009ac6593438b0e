package eider.files;

import eider.connector.Cursor;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files that were read, which is what the cursor holds: a first line that names the format, then one line per file, of size, time of the last
 * change, content hash, how it was read, the part that holds its rows, and its name. Lines and not JSON, because a cursor is written after every
 * file and nobody but this class reads it.
 */
final class Seen {
    private static final String FORMAT = "files 1";

    private final Map<String, Entry> entries = new TreeMap<>();

    /**
     * A file that was dealt with.
     *
     * @param hash SHA-256 of its bytes
     * @param reading the options it was read with
     * @param part the part that holds its rows; empty if another file with the same content brought them
     */
    record Entry(Stamp stamp, String hash, String reading, String part) {
    }

    static Seen of(Cursor cursor) throws SourceException {
        Seen seen = new Seen();
        if (cursor.isNone()) {
            return seen;
        }
        String[] lines = cursor.text().split("\n");
        if (!lines[0].equals(FORMAT)) {
            throw new SourceException(Kind.BUG, "The cursor of this connection was written by another version of the files connector ('" + lines[0]
                    + "').");
        }
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(" ", -1);
            seen.entries.put(decoded(parts[5]), new Entry(new Stamp(Long.parseLong(parts[0]), Long.parseLong(parts[1])), parts[2], parts[3],
                    decoded(parts[4])));
        }
        return seen;
    }

    Cursor cursor() {
        StringBuilder text = new StringBuilder(FORMAT);
        entries.forEach((name, entry) -> text.append('\n').append(entry.stamp.size()).append(' ').append(entry.stamp.modified()).append(' ')
                .append(entry.hash)
                .append(' ').append(entry.reading).append(' ').append(encoded(entry.part)).append(' ').append(encoded(name)));
        return new Cursor(text.toString());
    }

    Seen copy() {
        Seen copy = new Seen();
        copy.entries.putAll(entries);
        return copy;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    Entry get(String name) {
        return entries.get(name);
    }

    void put(String name, Entry entry) {
        entries.put(name, entry);
    }

    /** The name of the file that brought this content, or null. */
    String bringer(String hash) {
        for (Map.Entry<String, Entry> one : entries.entrySet()) {
            if (one.getValue().hash.equals(hash) && !one.getValue().part.isEmpty()) {
                return one.getKey();
            }
        }
        return null;
    }

    /** The part that the rows of this file go to: its name, unless a renamed file holds that part. */
    String part(String name, String hash, boolean append) {
        Entry known = entries.get(name);
        if (append) {
            return name + " " + hash.substring(0, 12);
        }
        if (known != null && !known.part.isEmpty()) {
            return known.part;
        }
        boolean taken = entries.entrySet().stream().anyMatch(one -> !one.getKey().equals(name) && one.getValue().part.equals(name));
        return taken ? name + " " + hash.substring(0, 12) : name;
    }

    static String shortHash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)), 0, 6);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
