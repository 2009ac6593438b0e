package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something about a file that was decided without evidence, and so is told to the person who loads it.
 *
 * @param column what it is about, as the file calls it; null: all of the file. Told only where the column is loaded as a number
 * @param sentence what was taken for granted, and which option says otherwise; no full stop at its end
 */
record Assumption(String column, String sentence) {

    private boolean matters(Scan.Csv scan) {
        return column == null || scan.columns().stream().filter(found -> found.name().equals(column)).map(found -> found.field().type())
                .anyMatch(Assumption::number);
    }

    private static boolean number(Type type) {
        return switch (type.kind()) {
            case INTEGER, DECIMAL, DOUBLE -> true;
            case TEXT, BOOLEAN, DATE, TIMESTAMP, INSTANT, JSON -> false;
        };
    }

    /**
     * What was assumed about the files that were sniffed last, so that it can be told when they are loaded. Only files are kept of which there is
     * something to tell; when there are more than {@link #MOST} of them, the oldest are forgotten, which no message has room for anyway. Safe for
     * use by several threads.
     */
    static final class Memory {
        static final Memory RECENT = new Memory();
        static final int MOST = 10_000;

        private record Found(Mark mark, List<Assumption> assumptions) { }

        private final Map<Profile.Structure, Found> files = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Profile.Structure, Found> eldest) {
                return size() > MOST;
            }
        };

        synchronized void set(Scan.Csv scan, Mark mark, List<Assumption> assumptions) {
            files.remove(Profile.Structure.of(scan));
            if (!assumptions.isEmpty()) {
                files.put(Profile.Structure.of(scan), new Found(mark, List.copyOf(assumptions)));
            }
        }

        /** The sentences about a complete scan, of a file that looks as it did when it was sniffed; empty if nothing was assumed. */
        synchronized List<String> of(Scan.Csv scan, Mark mark) {
            Found found = files.get(Profile.Structure.of(scan));
            return found == null || !found.mark.equals(mark) ? List.of()
                    : found.assumptions.stream().filter(assumption -> assumption.matters(scan)).map(Assumption::sentence).toList();
        }
    }
}
