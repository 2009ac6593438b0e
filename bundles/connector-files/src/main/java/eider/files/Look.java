package eider.files;

import eider.connector.Scan;
import eider.connector.Sniffer;
import eider.connector.SourceException;
import eider.connector.Type;
import java.nio.file.Path;
import java.util.List;

/**
 * What a file turned out to be.
 *
 * @param headings its columns, as it calls them
 * @param types of its columns; guesses where the dataset's own types are what counts
 */
sealed interface Look {
    List<String> headings();

    List<Type> types();

    /** A legal field name for each. */
    List<String> names();

    /**
     * A file that the store reads itself.
     *
     * @param asked the scan as the options have it
     * @param found the same as the sniffer completed it
     * @param whole whether the sniffer looked at the whole file
     */
    record Scanned(Scan asked, Scan found, boolean whole) implements Look {
        @Override
        public List<String> headings() {
            return found.columns().stream().map(Scan.Column::name).toList();
        }

        @Override
        public List<Type> types() {
            return found.columns().stream().map(column -> column.field().type()).toList();
        }

        @Override
        public List<String> names() {
            return found.columns().stream().map(column -> column.field().name()).toList();
        }

        /** The scan that puts each column into its field. */
        Scan into(List<Scan.Column> columns, Sniffer sniffer) throws SourceException, InterruptedException {
            boolean same = whole;
            for (int i = 0; same && i < columns.size(); i++) {
                same = columns.get(i).field().type().equals(found.columns().get(i).field().type());
            }
            // A guess from the first lines, a date format for instance, must not bind the rest of the file: only what was asked is kept then.
            return same ? with(found, columns) : sniffer.complete(with(asked, columns));
        }

        private static Scan with(Scan scan, List<Scan.Column> columns) {
            return switch (scan) {
                case Scan.Csv csv -> csv.withColumns(columns);
                case Scan.Json json -> json.withColumns(columns);
                case Scan.Parquet parquet -> parquet.withColumns(columns);
            };
        }
    }

    /** A workbook, read here. */
    record Sheeted(Spreadsheet sheet) implements Look {
        @Override
        public List<String> headings() {
            return sheet.headings();
        }

        @Override
        public List<Type> types() {
            return sheet.types();
        }

        @Override
        public List<String> names() {
            return sheet.names();
        }
    }

    static Look at(Path file, Settings settings, Sniffer sniffer) throws SourceException, InterruptedException {
        String dateFormat = settings.dateFormat() == null ? null : settings.dateFormat().strftime();
        Scan asked = switch (Format.of(file)) {
            case EXCEL -> null;
            case PARQUET -> Scan.Parquet.of(file);
            case JSON -> new Scan.Json(file, dateFormat, List.of());
            case TEXT -> new Scan.Csv(file, settings.encoding(), settings.delimiter(), null, null, null, null, -1, dateFormat, settings.decimal(),
                    settings.fillShortRows(), List.of());
        };
        if (asked == null) {
            return new Sheeted(Spreadsheet.look(file, settings));
        }
        boolean whole = settings.canonical() == null;
        return new Scanned(asked, whole ? sniffer.complete(asked) : sniffer.glance(asked), whole);
    }
}
