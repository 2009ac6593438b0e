package eider.store.ingest;

import java.util.Objects;

/**
 * A row of a file that was not loaded.
 *
 * @param place where it stands, for a person: {@code line 7}
 * @param raw the row as it was found, cut at 64 KiB
 * @param reason what is wrong with it, in words: {@code quantity: 'x' is no whole number}
 * @param record the row as a JSON object, the text of each field by its name; null where it could not be parted into fields
 */
public record Reject(String place, String raw, String reason, String record) {
    static final int LONGEST = 64 << 10;

    Reject(String place, String raw, String reason) {
        this(place, raw, reason, null);
    }

    public Reject {
        Objects.requireNonNull(place, "place");
        Objects.requireNonNull(raw, "raw");
        Objects.requireNonNull(reason, "reason");
        if (raw.length() > LONGEST) {
            raw = raw.substring(0, LONGEST);
        }
        if (record != null && record.length() > LONGEST) {
            record = null;
        }
    }
}
