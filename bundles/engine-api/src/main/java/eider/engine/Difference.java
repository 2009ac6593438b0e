package eider.engine;

import java.util.List;

/**
 * How what a connector says of a dataset differs from what was recorded.
 *
 * @param dataset which
 * @param then as it was recorded
 * @param now as the installed connector says
 * @param columns what of its fields and its key is not as it was: sentences without a full stop
 * @param same rows that are the same, over the fields that both have
 * @param onlyThen rows that do not come any more
 * @param onlyNow rows that did not come then
 * @param changed rows with the same key and other values; 0 where there is no key
 * @param samples some of those
 */
public record Difference(String dataset, Side then, Side now, List<String> columns, long same, long onlyThen, long onlyNow, long changed, List<PlannedLoad.Sample> samples) {
    public Difference {
        columns = List.copyOf(columns);
        samples = List.copyOf(samples);
    }

    /**
     * One of the two.
     *
     * @param offered whether there is such a dataset
     * @param state how its load ended; null where it was not read
     * @param message what was said of that
     * @param rows in the end
     * @param quarantined bad rows
     * @param cursor where the next read would begin
     */
    public record Side(boolean offered, Load.State state, String message, long rows, long quarantined, String cursor) {}

    /** Whether nothing is different. */
    public boolean none() {
        return columns.isEmpty() && onlyThen + onlyNow + changed == 0 && then.equals(now);
    }
}
