package eider.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row that was kept aside.
 *
 * @param id identifies it
 * @param load the load that met it
 * @param connection whose row
 * @param dataset of which dataset
 * @param place where it stands: the part (a file) and the line or row in it
 * @param reason a sentence
 * @param raw the row as it was found
 * @param at when
 * @param values the text of each field by its name, null where it is empty; no entries where the row could not be parted into fields
 * @param mended whether the values are those that a person gave it
 */
public record Quarantined(long id, long load, String connection, String dataset, String place, String reason, String raw, Instant at,
        Map<String, String> values, boolean mended) {
    public Quarantined {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
