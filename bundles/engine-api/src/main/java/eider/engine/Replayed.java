package eider.engine;

import java.util.List;

/**
 * What came of a replay. The loads' numbers are those of a store that began empty and is gone: what was an update then is a new row here.
 *
 * @param recording what was replayed
 * @param then what came of the sync when it was recorded, as far as the recording says; without numbers of loads
 * @param thenFailure why nothing could be read then; else empty
 * @param now what came of it now: of what was recorded, or of what the installed connector said
 * @param nowFailure why nothing could be read now; else empty
 * @param connector the connector that was run, with its version; empty where it was not
 * @param differences between what was said then and now, for each dataset; none where no connector was run
 * @param notes what else is to be known: sentences without a full stop
 */
public record Replayed(Recording recording, List<Load> then, String thenFailure, List<Load> now, String nowFailure, String connector, List<Difference> differences,
        List<String> notes) {
    public Replayed {
        then = List.copyOf(then);
        now = List.copyOf(now);
        differences = List.copyOf(differences);
        notes = List.copyOf(notes);
    }
}
