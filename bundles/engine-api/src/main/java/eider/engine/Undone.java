package eider.engine;

import java.util.List;

/**
 * What came of taking a load back.
 *
 * @param load which
 * @param connection whose
 * @param dataset of which dataset
 * @param takenOut how many rows it had brought are gone
 * @param putBack how many rows it had replaced or removed are here again
 * @param requarantined how many rows that it had brought in from quarantine are there again
 * @param held whether its dataset waits for {@link Loads#release} now; files that people hand over, and replays of the quarantine, come by a person's word anyway
 * @param notes what could not be as before: sentences with a full stop; none: everything is
 */
public record Undone(long load, String connection, String dataset, long takenOut, long putBack, long requarantined, boolean held, List<String> notes) {
    public Undone {
        notes = List.copyOf(notes);
    }
}
