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
 * @param types of its columns
 */
sealed interface Look {
    List<String> headings();

    List<Type> types();

    /** A legal field name for each. */
    List<String> names();

    /**
     * A file that the store reads itself.
     *
     * @param found the scan as the sniffer completed it, after a look at the whole file
     */
    record Scanned(Scan found) implements Look {
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

        /** The scan that puts each column into its field. How numbers and days are written was told by the whole file. */
        Scan into(List<Scan.Column> columns) {
            return switch (found) {
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
            case TEXT -> new Scan.Csv(file, settings.encoding(), settings.delimiter(), settings.quote(), null, settings.comment(),
                    settings.header(), -1, dateFormat, settings.decimal(), settings.fillShortRows(), List.of());
        };
        return asked == null ? new Sheeted(Spreadsheet.look(file, settings)) : new Scanned(sniffer.complete(asked));
    }
}
