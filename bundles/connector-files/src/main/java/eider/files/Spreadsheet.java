package eider.files;

import eider.connector.Countable.Counts;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import eider.kit.Names;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A sheet of a workbook as a table. It is read twice: once whole, to find its headings and the types that hold for every row, and once to push the
 * rows.
 *
 * @param headerRow the row of the headings, 0 if there is none
 * @param left the column in which the table begins, from 0: empty ones before it are no part of it
 * @param headings a column without one is {@code column0}, {@code column1} …, by its position, as in a text file
 * @param types of its columns, such that no value changes
 * @param rows without the headings, for progress
 */
record Spreadsheet(Path file, String sheet, int headerRow, int left, List<String> headings, List<Type> types, long rows) {

    /** A legal field name for each column. */
    List<String> names() {
        return names(headings);
    }

    private static List<String> names(List<String> headings) {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < headings.size(); i++) {
            named.add(headings.get(i).equals("column" + i) ? "column_" + (i + 1) : headings.get(i));
        }
        return Names.unique(named);
    }

    static Spreadsheet look(Path file, Settings settings) throws SourceException, InterruptedException {
        try (Workbook book = Workbook.open(file)) {
            for (Workbook.Sheet sheet : candidates(book, settings.sheet())) {
                Survey survey = new Survey();
                book.read(sheet, survey);
                if (survey.first != null) {
                    return survey.table(file, sheet.name(), settings);
                }
            }
            throw new SourceException(Kind.DATA, settings.sheet().isEmpty() ? "it holds no table: none of its visible sheets has a cell with a value."
                    : "it holds no table: its sheet '" + settings.sheet() + "' has no cell with a value.");
        }
    }

    private static List<Workbook.Sheet> candidates(Workbook book, String wanted) throws SourceException {
        if (wanted.isEmpty()) {
            return book.sheets().stream().filter(Workbook.Sheet::visible).toList();
        }
        for (Workbook.Sheet sheet : book.sheets()) {
            if (sheet.name().equals(wanted)) {
                return List.of(sheet);
            }
        }
        for (Workbook.Sheet sheet : book.sheets()) {
            if (sheet.name().equalsIgnoreCase(wanted) || wanted.equals(Integer.toString(sheet.number()))) {
                return List.of(sheet);
            }
        }
        throw new SourceException(Kind.DATA, "it has no sheet '" + wanted + "' (option sheet); it has "
                + String.join(", ", book.sheets().stream().map(Workbook.Sheet::name).toList()) + ".");
    }

    /**
     * Pushes every row.
     *
     * @param fields the field of each column
     */
    void push(Dataset dataset, List<String> fields, Settings settings, Sink sink) throws SourceException, InterruptedException {
        int[] places = new int[fields.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = -1;
            for (int j = 0; j < dataset.fields().size(); j++) {
                if (dataset.fields().get(j).name().equals(fields.get(i))) {
                    places[i] = j;
                }
            }
        }
        long[] done = new long[1];
        try (Workbook book = Workbook.open(file)) {
            Workbook.Sheet chosen = book.sheets().stream().filter(one -> one.name().equals(sheet)).findFirst()
                    .orElseThrow(() -> new SourceException(Kind.TEMPORARY, "A workbook changed while it was read; it is read again at the next "
                    + "sync."));
            book.read(chosen, (number, cells) -> {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the reading of a workbook was interrupted");
                }
                if (number == headerRow) {
                    return;
                }
                pushRow(number, cells, dataset, places, settings, sink);
                if ((++done[0] & 0xfff) == 0) {
                    sink.progress("reading " + file.getFileName(), done[0], rows);
                }
            });
        }
    }

    private void pushRow(int number, List<Object> cells, Dataset dataset, int[] places, Settings settings, Sink sink) throws SourceException,
            InterruptedException {
        Object[] values = new Object[dataset.fields().size()];
        for (int i = 0; i + left < cells.size(); i++) {
            Object cell = cells.get(i + left);
            if (cell == null || i >= places.length || places[i] < 0 && !(cell instanceof Cells.Fault)) {
                continue;
            }
            try {
                Field field = places[i] < 0 ? null : dataset.fields().get(places[i]);
                Object value = Cells.convert(cell, field == null ? Type.TEXT : field.type(), settings);
                if (field != null) {
                    values[places[i]] = value;
                }
            } catch (Cells.Misfit e) {
                sink.reject(sheet + " row " + number, Cells.raw(cells), "Column '" + headings.get(i) + "': " + e.getMessage() + ".");
                return;
            }
        }
        sink.at(sheet + " row", number);
        sink.upsert(values);
    }

    /** Counts every row, also those that would be rejected. */
    void count(Totals totals, Settings settings, Counts counts) throws SourceException, InterruptedException {
        int[] wanted = totals.places(headings.size());
        try (Workbook book = Workbook.open(file)) {
            Workbook.Sheet chosen = book.sheets().stream().filter(one -> one.name().equals(sheet)).findFirst()
                    .orElseThrow(() -> new SourceException(Kind.TEMPORARY, "A workbook changed while it was counted."));
            book.read(chosen, (number, cells) -> {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the counting of a workbook was interrupted");
                }
                if (number != headerRow) {
                    for (int i = 0; i + left < cells.size() && i < wanted.length; i++) {
                        if (wanted[i] >= 0 && cells.get(i + left) != null) {
                            countCell(totals, wanted[i], cells.get(i + left), settings);
                        }
                    }
                    totals.row();
                    if ((number & 0xfff) == 0) {
                        counts.progress("counting " + file.getFileName(), number, rows);
                    }
                }
            });
        }
    }

    private static void countCell(Totals totals, int which, Object cell, Settings settings) {
        Totals.Wanted wanted = totals.wanted().get(which);
        try {
            switch (Cells.convert(cell, wanted.type(), settings)) {
                case Long whole -> totals.number(which, BigDecimal.valueOf(whole));
                case BigDecimal number -> totals.number(which, number);
                case Object other -> {
                    char[] text = other.toString().toCharArray();
                    totals.value(which, text, 0, text.length);
                }
            }
        } catch (Cells.Misfit e) {
            totals.bad(which);
        }
    }

    /** Collects what the whole sheet tells of its columns. */
    private static final class Survey implements Workbook.Reader {
        private int firstNumber;
        private List<Object> first;
        private int left = Workbook.COLUMNS;
        private int width;
        private long rows;
        private final List<Evidence> columns = new ArrayList<>();

        @Override
        public void row(int number, List<Object> cells) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("the look at a workbook was interrupted");
            }
            width = Math.max(width, cells.size());
            int empty = 0;
            while (cells.get(empty) == null) {
                empty++;
            }
            left = Math.min(left, empty);
            if (first == null) {
                firstNumber = number;
                first = cells;
                return;
            }
            rows++;
            take(cells);
        }

        private void take(List<Object> cells) {
            while (columns.size() < width) {
                columns.add(new Evidence());
            }
            // A row with a fault goes to quarantine as a whole and is no evidence of types.
            if (cells.stream().noneMatch(Cells.Fault.class::isInstance)) {
                for (int i = 0; i < cells.size(); i++) {
                    columns.get(i).add(cells.get(i));
                }
            }
        }

        Spreadsheet table(Path file, String sheet, Settings settings) throws SourceException {
            while (columns.size() < width) {
                columns.add(new Evidence());
            }
            boolean header = heads(settings);
            List<String> headings = new ArrayList<>();
            for (int i = left; i < width; i++) {
                Object cell = header && i < first.size() ? first.get(i) : null;
                headings.add(cell == null ? "column" + (i - left) : Cells.text(cell).strip());
            }
            if (!header) {
                rows++;
                take(first);
            }
            return new Spreadsheet(file, sheet, header ? firstNumber : 0, left, List.copyOf(headings), columns.stream().skip(left)
                    .map(Evidence::type).toList(), rows);
        }

        /**
         * Whether the first row holds headings: different texts over every column and rows below. With gaps between them it does so too, if at
         * least half of the columns have one and numbers, days or truths stand below a text, or if it names what a canonical table needs.
         */
        private boolean heads(Settings settings) throws SourceException {
            Set<String> texts = new HashSet<>();
            boolean typed = false;
            for (int i = 0; i < first.size(); i++) {
                Object cell = first.get(i);
                if (cell == null) {
                    continue;
                }
                if (!(cell instanceof String text) || !texts.add(text.strip())) {
                    return false;
                }
                typed |= columns.get(i).plainlyNoText();
            }
            if (settings.canonical() != null) {
                List<String> headings = first.stream().skip(left).map(Cells::text).toList();
                try {
                    Mapping.checkComplete(headings, Mapping.fields(headings, names(headings), settings), settings);
                    return true;
                } catch (SourceException e) {
                    if (e.kind() != Kind.DATA) {
                        throw e;
                    }
                }
            }
            return rows > 0 && (texts.size() == width - left || texts.size() > 1 && texts.size() * 2 >= width - left && typed);
        }
    }

    /** What stands in one column. */
    private static final class Evidence {
        private boolean text;
        private boolean truth;
        private boolean number;
        private boolean day;
        private boolean time;
        private int before = 1;
        private int after;

        void add(Object cell) {
            switch (cell) {
                case null -> { }
                case Boolean ignored -> truth = true;
                case BigDecimal value -> {
                    number = true;
                    before = Math.max(before, value.precision() - value.scale());
                    after = Math.max(after, value.scale());
                }
                case LocalDateTime value -> {
                    boolean midnight = value.toLocalTime().equals(LocalTime.MIDNIGHT);
                    day |= midnight;
                    time |= !midnight;
                }
                default -> text = true;
            }
        }

        boolean plainlyNoText() {
            return !text && (truth || number || day || time);
        }

        Type type() {
            boolean moment = day || time;
            if (text || truth && (number || moment) || number && moment) {
                return Type.TEXT;
            }
            if (truth) {
                return Type.BOOLEAN;
            }
            if (moment) {
                return time ? Type.TIMESTAMP : Type.DATE;
            }
            if (!number) {
                return Type.TEXT;
            }
            if (after == 0 && before <= 18) {
                return Type.INTEGER;
            }
            if (before + after > 38) {
                return Type.DOUBLE;
            }
            return Type.decimal(Math.max(18, before + after), after);
        }
    }
}
