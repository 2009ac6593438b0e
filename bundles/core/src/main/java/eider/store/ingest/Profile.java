package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.Type;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen when all of a delimited text was looked at: enough to know, without looking again, whether DuckDB may read it as it is.
 *
 * @param rows how many rows there are below the header
 * @param plain whether every row is as plain as {@link Tokens#plain} asks for, and has a cell for each column
 */
record Profile(Mark mark, Structure structure, List<String> names, ColumnTypes[] types, long rows, boolean plain) {

    /** A file and how it is cut into cells. */
    record Structure(Path file, Charset charset, String delimiter, String quote, String escape, String comment, boolean header, int skip) {
        static Structure of(Scan.Csv scan) {
            return new Structure(scan.file(), scan.charset(), scan.delimiter(), scan.quote(), scan.escape(), scan.comment(), scan.header(),
                    scan.skip());
        }
    }

    /** Whether DuckDB reads every column of the scan, in its type, as exactly what stands there. */
    boolean plain(Scan.Csv scan) {
        if (!plain) {
            return false;
        }
        for (Scan.Column column : scan.columns()) {
            int position = names.indexOf(column.name());
            if (position < 0) {
                return false;
            }
            Type type = column.field().type();
            ColumnTypes seen = types[position];
            boolean missing = column.field().required() && seen.count() < rows;
            if (missing || !seen.plain(type, ",".equals(scan.decimalSeparator()), scan.dateFormat() != null)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The profiles of the files looked at last, so that a file that was sniffed is not walked through once more to be loaded. One for the
     * whole process: what it holds is true of a file, whoever asks. Safe for use by several threads.
     */
    static final class Memory {
        static final Memory RECENT = new Memory();
        private static final int MOST = 64;

        private final Map<Structure, Profile> profiles = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Structure, Profile> eldest) {
                return size() > MOST;
            }
        };

        synchronized void add(Profile profile) {
            profiles.remove(profile.structure());
            profiles.put(profile.structure(), profile);
        }

        /** What is known about the file of a complete scan, or null; the file looks as it did then. */
        synchronized Profile of(Scan.Csv scan, Mark mark) {
            Profile profile = profiles.get(Structure.of(scan));
            return profile != null && profile.mark.equals(mark) ? profile : null;
        }
    }
}
