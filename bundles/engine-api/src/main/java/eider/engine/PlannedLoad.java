package eider.engine;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a load of one dataset would do.
 *
 * @param dataset which
 * @param key the fields that a row is told by; none where it has no key
 * @param before how many rows it holds now
 * @param inserted rows that are new
 * @param updated rows put in the place of an older version
 * @param removed rows gone
 * @param quarantined rows kept aside because they are bad
 * @param columns what of its columns is not as it was: sentences without a full stop
 * @param samples a few rows of each kind
 * @param metrics the figures of the canonical tables that would be others than now
 * @param warnings why the load waits for a person's word where nobody looks on: sentences without a full stop; none: it does not wait
 * @param failure why it would fail, or could not be planned; empty if it would not
 * @param message what else there is to say, as with a load
 */
public record PlannedLoad(String dataset, List<String> key, long before, long inserted, long updated, long removed, long quarantined, List<String> columns, List<Sample> samples,
        List<Metric> metrics, List<String> warnings, String failure, String message) {
    public PlannedLoad {
        key = List.copyOf(key);
        columns = List.copyOf(columns);
        samples = List.copyOf(samples);
        metrics = List.copyOf(metrics);
        warnings = List.copyOf(warnings);
    }

    /** Whether it would change anything. */
    public boolean changes() {
        return inserted + updated + removed + quarantined > 0 || !columns.isEmpty();
    }

    /**
     * One row that would change.
     *
     * @param kind how
     * @param before the text of each field by its name, null where it is empty; no entries where there was no such row
     * @param after the same of the row as it would be; of a row that would be kept aside as it came, where it could be parted into fields
     * @param note for a row that would be kept aside: where it stands and why; else empty
     */
    public record Sample(Kind kind, Map<String, String> before, Map<String, String> after, String note) {
        public enum Kind { INSERTED, UPDATED, REMOVED, QUARANTINED }

        public Sample {
            before = Collections.unmodifiableMap(new LinkedHashMap<>(before));
            after = Collections.unmodifiableMap(new LinkedHashMap<>(after));
        }
    }

    /**
     * A figure of a canonical table.
     *
     * @param table which
     * @param name lower_snake, such as {@code sales} or {@code units}
     * @param before as it is now
     * @param after as it would be
     */
    public record Metric(String table, String name, BigDecimal before, BigDecimal after) {}
}
