package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Options;
import eider.sql.Settings;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a file {@code config/driver~NAME.cfg} says, checked.
 *
 * @param name what stands behind the {@code ~}: connections of this {@code kind} use it
 * @param jars names of files in {@code plugins/drivers/}
 * @param port where a connection says none; 0: it must
 * @param properties what the driver is told each time
 * @param allowed the names of those that a connection may set beside them
 * @param readOnly statements at the beginning of a transaction
 * @param tls how far its address and properties protect a connection
 * @param isolation as {@link Connection#setTransactionIsolation} takes it; {@link Connection#TRANSACTION_NONE}: left as the driver has it
 */
record Description(String name, List<String> jars, String driver, Address address, int port, Map<String, String> properties, Set<String> allowed,
        List<String> readOnly, int isolation, int connectSeconds, int fetchRows, Settings.Tls tls) {

    private static final Pattern JAR = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*\\.jar");
    private static final Pattern CLASS = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*");
    private static final Set<String> CONNECTION = Set.of("user", "password");
    /** What separates, ends or quotes in one driver's list of properties or another's. */
    private static final String SEPARATORS = ";?&#{}\\'\"";
    private static final int MOST_ROWS = 100_000;

    static Description of(String name, DriverConfig config) throws SourceException {
        try {
            Set<String> allowed = new LinkedHashSet<>(Options.list("allowed_properties", text(config.allowed__properties())));
            return new Description(name, jars(text(config.jars())), driver(text(config.class$())), address(config), port(text(config.port())),
                    properties(text(config.properties()), allowed), allowed, statements(text(config.read__only())),
                    isolation(text(config.snapshot())), (int) number("connect_seconds", text(config.connect__seconds()), 1, 600),
                    (int) number("fetch_rows", text(config.fetch__rows()), 1, MOST_ROWS),
                    tls(text(config.tls())));
        } catch (SourceException e) {
            throw in(name, e);
        }
    }

    /** A fault of this file. */
    SourceException wrong(String option, String sentence) {
        return in(name, Options.wrong(option, sentence));
    }

    private static SourceException in(String name, SourceException e) {
        return new SourceException(Kind.CONFIG, file(name) + ", option" + e.getMessage().substring("Option".length()), e);
    }

    static String file(String name) {
        return "config/driver~" + name + ".cfg";
    }

    private static String text(String value) {
        return value == null ? "" : value.strip();
    }

    private static List<String> jars(String text) throws SourceException {
        List<String> jars = Options.list("jars", text);
        if (jars.isEmpty()) {
            throw Options.wrong("jars", "it is missing; name the driver's jars in plugins/drivers/.");
        }
        for (String jar : jars) {
            if (!JAR.matcher(jar).matches()) {
                throw Options.wrong("jars", "'" + jar + "' is not the name of a jar in plugins/drivers/: no folder, letters, digits, and .jar "
                        + "behind.");
            }
        }
        return jars;
    }

    private static String driver(String text) throws SourceException {
        if (!CLASS.matcher(text).matches()) {
            throw Options.wrong("class", text.isEmpty() ? "it is missing." : "'" + text + "' is not the name of a class.");
        }
        return text;
    }

    private static Address address(DriverConfig config) throws SourceException {
        String text = text(config.url());
        if (text.isEmpty()) {
            throw Options.wrong("url", "it is missing.");
        }
        return Address.of(text, Options.choice("database", text(config.database()), "name", "path").equals("path"));
    }

    private static int port(String text) throws SourceException {
        return text.isEmpty() ? 0 : (int) number("port", text, 1, 65_535);
    }

    private static long number(String option, String text, long least, long most) throws SourceException {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Options.wrong(option, "'" + text + "' is no whole number.");
        }
        if (number < least || number > most) {
            throw Options.wrong(option, number + " is not from " + least + " to " + most + ".");
        }
        return number;
    }

    private static Settings.Tls tls(String text) throws SourceException {
        return switch (Options.choice("tls", text, "verify", "unverified", "none")) {
            case "verify" -> Settings.Tls.VERIFY;
            case "unverified" -> Settings.Tls.UNVERIFIED;
            default -> Settings.Tls.NONE;
        };
    }

    private static Map<String, String> properties(String text, Set<String> allowed) throws SourceException {
        Map<String, String> properties = Options.pairs("properties", text);
        for (String property : properties.keySet()) {
            if (allowed.contains(property)) {
                throw Options.wrong("allowed_properties", "'" + property + "' is fixed in option 'properties', and so not for a connection to set.");
            }
        }
        ofTheConnection("properties", properties.keySet());
        ofTheConnection("allowed_properties", allowed);
        return properties;
    }

    private static void ofTheConnection(String option, Set<String> properties) throws SourceException {
        for (String property : properties) {
            if (CONNECTION.contains(property.toLowerCase(Locale.ROOT))) {
                throw Options.wrong(option, "'" + property + "' is an option of the connection itself.");
            }
        }
    }

    private static List<String> statements(String text) {
        List<String> statements = new ArrayList<>();
        for (String statement : text.split(";")) {
            if (!statement.isBlank()) {
                statements.add(statement.strip());
            }
        }
        return statements;
    }

    private static int isolation(String text) throws SourceException {
        return switch (text) {
            case "none" -> Connection.TRANSACTION_NONE;
            case "read_committed" -> Connection.TRANSACTION_READ_COMMITTED;
            case "repeatable_read" -> Connection.TRANSACTION_REPEATABLE_READ;
            case "serializable" -> Connection.TRANSACTION_SERIALIZABLE;
            default -> {
                if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    throw Options.wrong("snapshot", "'" + text + "' is not among none, read_committed, repeatable_read, serializable, and no "
                            + "number.");
                }
                yield (int) number("snapshot", text, 1, Integer.MAX_VALUE);
            }
        };
    }

    /**
     * What the driver is told with a connection.
     *
     * @param wanted what the connection itself says in its option {@code properties}
     * @throws SourceException naming that option if something in it is not allowed
     */
    Properties told(String user, String password, Map<String, String> wanted) throws SourceException {
        Map<String, String> told = new LinkedHashMap<>(properties);
        for (Map.Entry<String, String> property : wanted.entrySet()) {
            if (!allowed.contains(property.getKey())) {
                throw Options.wrong("properties", "'" + property.getKey() + "' is not among those that " + file(name) + " allows"
                        + (allowed.isEmpty() ? "; it allows none." : ": " + String.join(", ", allowed) + "."));
            }
            checkValue(property.getKey(), property.getValue());
            told.put(property.getKey(), property.getValue());
        }
        Properties all = new Properties();
        told.forEach(all::setProperty);
        put(all, "user", Address.NONE.equals(user) ? "" : user);
        put(all, "password", password);
        return all;
    }

    private static void checkValue(String property, String value) throws SourceException {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) || SEPARATORS.indexOf(c) >= 0) {
                throw Options.wrong("properties", "the value of '" + property
                        + "' holds a character that could end it; such a value can be set in the "
                        + "driver's file alone.");
            }
        }
    }

    private static void put(Properties all, String key, String value) {
        if (value != null && !value.isEmpty()) {
            all.setProperty(key, value);
        }
    }
}
