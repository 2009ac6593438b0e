package eider.store.ingest;

import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What was seen when all objects of a file of JSON were looked at: its columns, their types, and whether DuckDB may read it as it is. */
final class JsonShape implements JsonWalk.Visitor {
    private static final int MOST_COLUMNS = 5_000;
    /** A double keeps so many digits, whatever they are; DuckDB reads a number with a point as one. */
    private static final int DIGITS_OF_A_DOUBLE = 15;

    private final Map<String, Kinds> columns = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<Kinds> numbered = new ArrayList<>();
    private long objects;
    private long others;
    private boolean regular = true;

    private static final class Kinds {
        private boolean text;
        private boolean number;
        private boolean truth;
        private boolean nested;
        private boolean exponent;
        /** How many values are not null. */
        private long count;
        private final ColumnTypes types = new ColumnTypes();

        void add(Kinds other) {
            text |= other.text;
            number |= other.number;
            truth |= other.truth;
            nested |= other.nested;
            exponent |= other.exponent;
            count += other.count;
            types.add(other.types);
        }
    }

    /** Takes in an object that was taken apart already; always by the same {@link JsonLine}. */
    void object(JsonLine line, byte[] b) throws SourceException, IOException {
        objects++;
        regular &= !line.special();
        for (int i = 0; i < line.fields(); i++) {
            int number = line.name(i);
            while (number >= numbered.size()) {
                numbered.add(null);
            }
            Kinds kinds = numbered.get(number);
            if (kinds == null) {
                kinds = kinds(line.key(number));
                numbered.set(number, kinds);
            }
            kinds.count += line.kind(i) == JsonWalk.Kind.NULL ? 0 : 1;
            switch (line.kind(i)) {
                case NULL -> { }
                case TEXT -> {
                    kinds.text = true;
                    if (line.escaped(i)) {
                        byte[] text = line.unescaped(b, i);
                        kinds.types.see(text, 0, text.length);
                        kinds.types.untidy();
                    } else {
                        kinds.types.see(b, line.from(i), line.to(i));
                    }
                }
                case NUMBER -> {
                    kinds.number = true;
                    for (int p = line.from(i); line.special() && p < line.to(i); p++) {
                        kinds.exponent |= (b[p] | 0x20) == 'e';
                    }
                    kinds.types.see(b, line.from(i), line.to(i));
                }
                case TRUTH -> kinds.truth = true;
                case NESTED -> throw new IllegalStateException("a line that was taken apart holds nothing nested");
            }
        }
    }

    private Kinds kinds(String name) throws Unreadable {
        Kinds kinds = columns.get(name);
        if (kinds == null) {
            if (order.size() == MOST_COLUMNS) {
                throw new Unreadable("The objects of the file have more than " + MOST_COLUMNS + " different keys: this is no table.");
            }
            kinds = new Kinds();
            columns.put(name, kinds);
            order.add(name);
        }
        return kinds;
    }

    @Override
    public void object(long line, Map<String, JsonWalk.Value> object) throws IOException, SourceException {
        objects++;
        for (Map.Entry<String, JsonWalk.Value> entry : object.entrySet()) {
            Kinds kinds = kinds(entry.getKey());
            JsonWalk.Value value = entry.getValue();
            kinds.count += value.kind() == JsonWalk.Kind.NULL ? 0 : 1;
            switch (value.kind()) {
                case NULL -> { }
                case TEXT -> {
                    kinds.text = true;
                    see(kinds, value.text());
                }
                case NUMBER -> {
                    kinds.number = true;
                    kinds.exponent |= value.text().indexOf('e') >= 0 || value.text().indexOf('E') >= 0;
                    see(kinds, value.text());
                }
                case TRUTH -> kinds.truth = true;
                case NESTED -> kinds.nested = true;
            }
        }
    }

    private static void see(Kinds kinds, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        kinds.types.see(bytes, 0, bytes.length);
    }

    @Override
    public void other(long line, String raw, String reason) {
        others++;
    }

    /** Something was seen that DuckDB may not be given as it is. */
    void irregular() {
        regular = false;
    }

    /** Takes in what another saw of the rows that come next. */
    void add(JsonShape next) throws Unreadable {
        for (String name : next.order) {
            kinds(name).add(next.columns.get(name));
        }
        objects += next.objects;
        others += next.others;
        regular &= next.regular;
    }

    long objects() {
        return objects;
    }

    long others() {
        return others;
    }

    /** The keys in the order of their first appearance. */
    List<String> names() {
        return List.copyOf(order);
    }

    /** The type of a key's values. */
    Type type(String name) {
        Kinds kinds = columns.get(name);
        if (kinds.nested) {
            return Type.JSON;
        }
        int different = (kinds.text ? 1 : 0) + (kinds.number ? 1 : 0) + (kinds.truth ? 1 : 0);
        if (different != 1) {
            return Type.TEXT;
        }
        if (kinds.truth) {
            return Type.BOOLEAN;
        }
        Type found = kinds.types.type('.', true, null);
        if (kinds.number) {
            return kinds.exponent ? Type.DOUBLE : found;
        }
        return switch (found.kind()) {
            case DATE, TIMESTAMP, INSTANT -> found;
            // A number in quotes is a text that somebody quoted on purpose.
            case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> Type.TEXT;
        };
    }

    /** Whether DuckDB reads every line as a row, and every column of the scan, in its type, as exactly what stands there. */
    boolean plain(Scan.Json scan) {
        if (!regular || others > 0) {
            return false;
        }
        Set<String> known = new HashSet<>(order);
        Set<String> folded = new HashSet<>();
        for (String name : order) {
            if (!folded.add(name.toLowerCase(Locale.ROOT))) {
                return false;
            }
        }
        Set<String> asked = new HashSet<>();
        for (Scan.Column column : scan.columns()) {
            String name = column.name();
            String fold = name.toLowerCase(Locale.ROOT);
            if (!simple(name) || !asked.add(fold) || !known.contains(name) && !folded.add(fold)) {
                return false;
            }
            Kinds kinds = columns.getOrDefault(name, new Kinds());
            boolean missing = column.field().required() && kinds.count < objects;
            if (missing || kinds.count > 0 && !plain(kinds, column.field().type(), scan.dateFormat() != null)) {
                return false;
            }
        }
        return !scan.columns().isEmpty();
    }

    /** SQL does not tell upper from lower case, and a name of letters and digits needs no thought about what else it could mean to a reader. */
    private static boolean simple(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                || " _-.".indexOf(c) >= 0);
    }

    private static boolean plain(Kinds kinds, Type type, boolean pattern) {
        if (kinds.nested) {
            return false;
        }
        boolean text = kinds.text && !kinds.number && !kinds.truth;
        boolean number = kinds.number && !kinds.text && !kinds.truth;
        return switch (type.kind()) {
            case TEXT -> text;
            case BOOLEAN -> kinds.truth && !kinds.text && !kinds.number;
            case INTEGER, DOUBLE -> number && kinds.types.plain(type, false, pattern);
            case DECIMAL -> number && kinds.types.plain(type, false, pattern) && (kinds.types.plain(Type.INTEGER, false, pattern)
                    || type.scale() <= DIGITS_OF_A_DOUBLE && kinds.types.plain(Type.decimal(DIGITS_OF_A_DOUBLE, type.scale()), false, pattern));
            case DATE, TIMESTAMP, INSTANT -> text && kinds.types.plain(type, false, pattern);
            case JSON -> false;
        };
    }

    /**
     * The shapes of the files looked at last, so that a file that was sniffed is not walked through once more to be loaded. One for the whole
     * process: what it holds is true of a file, whoever asks. Of very wide files nothing is kept. Safe for use by several threads; a shape in
     * here changes no more.
     */
    static final class Memory {
        static final Memory RECENT = new Memory();
        private static final int MOST = 64;
        private static final int MOST_COLUMNS = 500;

        private record Seen(Mark mark, JsonShape shape) {}

        private final Map<Path, Seen> shapes = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Path, Seen> eldest) {
                return size() > MOST;
            }
        };

        synchronized void add(Path file, Mark mark, JsonShape shape) {
            shapes.remove(file);
            if (shape.order.size() > MOST_COLUMNS) {
                return;
            }
            shapes.put(file, new Seen(mark, shape));
        }

        /** What is known about a file that looks as it did then, or null. */
        synchronized JsonShape of(Path file, Mark mark) {
            Seen seen = shapes.get(file);
            return seen != null && seen.mark.equals(mark) ? seen.shape : null;
        }
    }
}
