package eider.store.ingest;

import java.util.Objects;

/**
 * A row of a file that was not loaded.
 *
 * @param place where it stands, for a person: {@code line 7}
 * @param raw the row as it was found, cut at 64 KiB
 * @param reason what is wrong with it, in words: {@code quantity: 'x' is no whole number}
 */
public record Reject(String place, String raw, String reason) {
    static final int LONGEST = 64 << 10;

    public Reject {
        Objects.requireNonNull(place, "place");
        Objects.requireNonNull(raw, "raw");
        Objects.requireNonNull(reason, "reason");
        if (raw.length() > LONGEST) {
            raw = raw.substring(0, LONGEST);
        }
    }
}
