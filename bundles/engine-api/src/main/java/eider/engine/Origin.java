package eider.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row and how it came to be what it is.
 *
 * @param row the number that was asked for: that of one of the versions
 * @param connection whose row
 * @param dataset of which dataset
 * @param key the fields by which its rows are told apart; none: its rows belong to the file, sheet or page that they came in
 * @param table the canonical table that the dataset feeds; empty if there is none
 * @param derived the rows that stand there now because of it, usually one, the text of each column by its name; none if the row is gone
 * @param versions what it was, newest first: the first one is how it is, unless that one is {@linkplain Version#gone gone}; at most two hundred
 * @param forgotten what loads up to this one replaced or removed is not kept any more; 0 if everything is
 */
public record Origin(long row, String connection, String dataset, List<String> key, String table, List<Map<String, String>> derived, List<Version> versions,
        long forgotten) {
    public Origin {
        key = List.copyOf(key);
        derived = List.copyOf(derived);
        versions = List.copyOf(versions);
    }

    /** Whether it is here now. */
    public boolean isPresent() {
        return versions.stream().anyMatch(version -> version.gone() == null);
    }

    /** The version of the number that was asked for. */
    public Version asked() {
        return versions.stream().filter(version -> version.row() == row).findFirst().orElseThrow();
    }

    /**
     * A row as it was from one load to another.
     *
     * @param row its number, unique in the whole store
     * @param values the text of each field of the raw row by its name, null where it is empty
     * @param came how it came in
     * @param gone which load replaced or removed it; null: it is here
     * @param presumed whether nothing but its place says that the next older version is one of the same row: its dataset has no key, and the load took one row from the
     *     file and put one in
     */
    public record Version(long row, Map<String, String> values, Arrival came, Departure gone, boolean presumed) {
        public Version {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /**
     * How a row came in.
     *
     * @param load by which load
     * @param at when it was committed
     * @param cursorBefore from where the source was read for this commit, as the source writes it, at most 1,000 characters; empty: from the beginning
     * @param cursorAfter how far
     * @param parts the file, sheet or page; several: it is one of these, and {@link Origins#locate} finds out which; none: the source names none
     * @param quarantined the row of the quarantine that it was before somebody mended it or a rule was changed; null if it was none
     */
    public record Arrival(Load load, Instant at, String cursorBefore, String cursorAfter, List<Part> parts, Quarantined quarantined) {
        public Arrival {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A file, sheet or page.
     *
     * @param name as its source calls it
     * @param fingerprint what the source told of its content when the row came; empty if that is not known any more
     */
    public record Part(String name, String fingerprint) {}

    /**
     * How a row went.
     *
     * @param load by which load
     * @param successor the number of the version that took its place; 0: none did, it was removed
     */
    public record Departure(Load load, long successor) {}
}
