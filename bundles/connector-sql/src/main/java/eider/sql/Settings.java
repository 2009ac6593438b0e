package eider.sql;

import eider.connector.SourceException;
import eider.connector.Type;
import eider.kit.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of a connection, checked.
 *
 * @param schema empty where the dialect is to say which
 * @param queries by their names, the SQL of each
 * @param keys by the pattern of a table, its columns
 * @param decimals by the pattern of table and column with a point between them
 * @param booleans patterns of table and column with a point between them, of numbers that stand for yes and no
 * @param zeroDatesEmpty whether days that are none are left out, instead of their rows being rejected
 * @param log tables whose changes the server's log tells
 * @param publication that holds them
 * @param slot how the names of its slots begin
 * @param connections how many read a large table at once
 * @param authority null where Java's own certificates count
 */
public record Settings(String host, int port, String database, String user, String password, String schema, List<Pattern> tables,
        List<Pattern> without, Map<String, String> queries, Map<Pattern, String> cursors, Map<Pattern, List<String>> keys,
        Map<Pattern, Type> decimals, List<Pattern> booleans, boolean zeroDatesEmpty, Duration lookBack, long lookBackNumbers, List<Pattern> log,
        String publication, String slot, int connections, Tls tls, Path authority,
        Map<String, String> properties) {

    /** How a connection is protected. */
    public enum Tls {
        VERIFY, UNVERIFIED, NONE
    }

    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:";

    static Settings of(SqlConfig config, Path home, Dialect dialect) throws SourceException {
        String host = needed("host", config.host());
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        for (int i = 0; i < host.length(); i++) {
            if (LETTERS.indexOf(host.charAt(i)) < 0) {
                throw Options.wrong("host", "'" + host.charAt(i) + "' cannot stand in the name or address of a server; the port has an option of its "
                        + "own.");
            }
        }
        List<Pattern> tables = new ArrayList<>();
        List<Pattern> without = new ArrayList<>();
        for (String pattern : Options.list("tables", config.tables())) {
            (pattern.startsWith("!") ? without : tables).add(new Pattern(pattern.startsWith("!") ? pattern.substring(1) : pattern));
        }
        Map<String, String> queries = queries(config, home);
        if (tables.isEmpty() && queries.isEmpty()) {
            throw Options.wrong("tables", "it names no table; * stands for all of them.");
        }
        Map<Pattern, String> cursors = new LinkedHashMap<>();
        Options.pairs("cursor", config.cursor()).forEach((table, column) -> cursors.put(new Pattern(table), column));
        Map<Pattern, List<String>> keys = new LinkedHashMap<>();
        for (Map.Entry<String, String> pair : Options.pairs("keys", config.keys()).entrySet()) {
            List<String> columns = List.of(pair.getValue().split("\\+"));
            if (columns.isEmpty() || columns.stream().anyMatch(String::isBlank)) {
                throw Options.wrong("keys", "'" + pair.getValue() + "' are no columns; write table=column or table=column+column.");
            }
            keys.put(new Pattern(pair.getKey()), columns.stream().map(String::strip).toList());
        }
        int port = config.port().isBlank() ? dialect.port() : (int) number("port", config.port(), 1, 65_535);
        return new Settings(host, port, needed("database", config.database()), needed("user", config.user()),
                config.password() == null ? "" : config.password(), config.schema().strip(), List.copyOf(tables), List.copyOf(without), queries,
                cursors, keys, decimals(config.decimals()), booleans(config.booleans()),
                Options.choice("zero_dates", config.zero__dates(), "quarantine", "empty").equals("empty"), duration("look_back", config.look__back()),
                number("look_back_numbers", config.look__back__numbers(), 0, Long.MAX_VALUE),
                Options.list("log", config.log()).stream().map(Pattern::new).toList(), publication(config.publication().strip()), slot(config.slot().strip()),
                (int) number("connections", config.connections(), 1, 16), tls(config.tls()), authority(config, home),
                properties(config.properties(), dialect.properties()));
    }

    /** The files that option {@code queries} names: SQL is set by who writes files, not by who fills in a form. */
    private static Map<String, String> queries(SqlConfig config, Path home) throws SourceException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String name : Options.list("queries", config.queries())) {
            if (!name.chars().allMatch(c -> LETTERS.indexOf(c) >= 0 && c != '.' && c != ':')) {
                throw Options.wrong("queries", "'" + name + "' is no name for a query: letters, digits, - and _ only.");
            }
            Path file = home.resolve("config").resolve("queries").resolve(name + ".sql");
            String sql;
            try {
                sql = Files.readString(file).strip();
            } catch (NoSuchFileException e) {
                throw Options.wrong("queries", "there is no file queries/" + name + ".sql in the folder config of the home.");
            } catch (IOException e) {
                throw Options.wrong("queries", "the file queries/" + name + ".sql in the folder config of the home cannot be read (" + e + ").");
            }
            while (sql.endsWith(";")) {
                sql = sql.substring(0, sql.length() - 1).strip();
            }
            if (sql.isEmpty()) {
                throw Options.wrong("queries", "the file queries/" + name + ".sql in the folder config of the home is empty.");
            }
            queries.put(name, sql);
        }
        return queries;
    }

    private static String publication(String name) throws SourceException {
        if (name.isEmpty() || name.length() > 63 || name.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\'' || c == '\\' || c == ',')) {
            throw Options.wrong("publication", "'" + name + "' is no name of a publication that can be asked for: up to 63 characters without quotes and "
                    + "commas.");
        }
        return name;
    }

    private static String slot(String name) throws SourceException {
        if (name.isEmpty() || name.length() > 30 || Character.isDigit(name.charAt(0))
                || !name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
            throw Options.wrong("slot", "'" + name + "' cannot begin the name of a slot: a small letter, and then up to 29 of those, digits and _.");
        }
        return name;
    }

    private static String needed(String option, String value) throws SourceException {
        if (value == null || value.isBlank()) {
            throw Options.wrong(option, "it is missing.");
        }
        return value.strip();
    }

    private static long number(String option, String text, long least, long most) throws SourceException {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Options.wrong(option, "'" + text + "' is no whole number.");
        }
        throw Options.wrong(option, text.strip() + " is not from " + least + " to " + most + ".");
    }

    private static Duration duration(String option, String text) throws SourceException {
        String length = text.strip();
        int last = length.length() - 1;
        if (length.equals("0")) {
            return Duration.ZERO;
        }
        try {
            long number = Long.parseLong(length.substring(0, Math.max(last, 0)));
            Duration duration = switch (last > 0 ? length.charAt(last) : ' ') {
                case 's' -> Duration.ofSeconds(number);
                case 'm' -> Duration.ofMinutes(number);
                case 'h' -> Duration.ofHours(number);
                case 'd' -> Duration.ofDays(number);
                default -> null;
            };
            if (duration != null && number >= 0 && duration.compareTo(Duration.ofDays(3_660)) <= 0) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw Options.wrong(option, "'" + text + "' is no length of time; write 30s, 10m, 2h or 1d.");
        }
        throw Options.wrong(option, "'" + text + "' is no length of time up to ten years; write 30s, 10m, 2h or 1d.");
    }

    private static Map<Pattern, Type> decimals(String text) throws SourceException {
        Map<Pattern, Type> decimals = new LinkedHashMap<>();
        for (Map.Entry<String, String> pair : Options.pairs("decimals", text).entrySet()) {
            String[] digits = pair.getValue().split("\\.");
            try {
                if (pair.getKey().indexOf('.') > 0 && digits.length == 2) {
                    decimals.put(new Pattern(pair.getKey()), Type.decimal(Integer.parseInt(digits[0].strip()), Integer.parseInt(digits[1].strip())));
                    continue;
                }
            } catch (IllegalArgumentException e) {
                throw Options.wrong("decimals", "'" + pair.getValue()
                        + "' is not possible: there are at most 38 digits, and no more of them behind the "
                        + "point.");
            }
            throw Options.wrong("decimals", "'" + pair.getKey() + "=" + pair.getValue() + "' does not say what it should; write table.column=18.4.");
        }
        return decimals;
    }

    private static List<Pattern> booleans(String text) throws SourceException {
        List<Pattern> booleans = new ArrayList<>();
        for (String pattern : Options.list("booleans", text)) {
            if (pattern.indexOf('.') < 1) {
                throw Options.wrong("booleans", "'" + pattern + "' names no column of a table; write table.column or *.column.");
            }
            booleans.add(new Pattern(pattern));
        }
        return List.copyOf(booleans);
    }

    private static Tls tls(String text) throws SourceException {
        return switch (Options.choice("tls", text, "verify", "unverified", "none")) {
            case "verify" -> Tls.VERIFY;
            case "unverified" -> Tls.UNVERIFIED;
            default -> Tls.NONE;
        };
    }

    private static Path authority(SqlConfig config, Path home) throws SourceException {
        String name = config.certificate__authority().strip();
        if (name.isEmpty()) {
            return null;
        }
        // A name alone: a form that may set options must not make the server read files elsewhere.
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || name.startsWith(".") || name.indexOf('\0') >= 0) {
            throw Options.wrong("certificate_authority", "it is the name of a file in the folder config of the home, without a folder.");
        }
        Path file = home.resolve("config").resolve(name);
        if (!Files.isRegularFile(file)) {
            throw Options.wrong("certificate_authority", "there is no file " + name + " in the folder config of the home.");
        }
        return file;
    }

    private static Map<String, String> properties(String text, Map<String, Dialect.Property> allowed) throws SourceException {
        Map<String, String> properties = Options.pairs("properties", text);
        for (Map.Entry<String, String> property : properties.entrySet()) {
            switch (allowed.get(property.getKey())) {
                case null -> throw Options.wrong("properties", "'" + property.getKey() + "' is not among those that are allowed: "
                        + String.join(", ", allowed.keySet().stream().sorted().toList()) + ".");
                case FLAG -> Options.choice("properties", property.getValue(), "true", "false");
                case NUMBER -> number("properties", property.getValue(), 0, Integer.MAX_VALUE);
                case TEXT -> { }
            }
        }
        return properties;
    }

    /** Whether a table is read, by the option {@code tables}. */
    public boolean reads(String table) {
        return tables.stream().anyMatch(pattern -> pattern.matches(table)) && without.stream().noneMatch(pattern -> pattern.matches(table));
    }

    /** Whether a number stands for yes and no, by the option {@code booleans}. */
    public boolean yesOrNo(String table, String column) {
        return booleans.stream().anyMatch(pattern -> pattern.matches(table + "." + column));
    }

    /** The first value whose pattern fits, or null. A pattern without a star goes before one with it. */
    public static <V> V fitting(Map<Pattern, V> values, String name) {
        V found = null;
        for (Map.Entry<Pattern, V> value : values.entrySet()) {
            if (value.getKey().matches(name)) {
                if (value.getKey().plain()) {
                    return value.getValue();
                }
                found = found == null ? value.getValue() : found;
            }
        }
        return found;
    }

    /** Host and port, as an address writes them. */
    public String server() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "database '" + database + "' at " + server();
    }
}
