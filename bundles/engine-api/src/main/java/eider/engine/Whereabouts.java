package eider.engine;

import java.util.List;

/**
 * Where a row stands in its source.
 *
 * @param row its number
 * @param found what was found in each part that was looked through; none if none of them is there any more
 * @param missing parts that the row may have come from and that the source has no more
 * @param note what the source said against being read, as sentences; empty if nothing
 */
public record Whereabouts(long row, List<Found> found, List<String> missing, String note) {
    public Whereabouts {
        found = List.copyOf(found);
        missing = List.copyOf(missing);
    }

    /**
     * What was found in a part.
     *
     * @param part the file, sheet or page, as its source calls it now
     * @param changed whether it is not what it was when it was last read
     * @param count how many rows of it are just as the row is; more than one: nothing tells them apart
     * @param places where they stand, the first twenty: {@code line 7}, {@code Sheet1 row 12}; {@code row 3}, counted from 1, where the source tells no place
     * @param otherVersions where rows with its key and other values stand, the first twenty
     */
    public record Found(String part, boolean changed, long count, List<String> places, List<String> otherVersions) {
        public Found {
            places = List.copyOf(places);
            otherVersions = List.copyOf(otherVersions);
        }
    }
}
