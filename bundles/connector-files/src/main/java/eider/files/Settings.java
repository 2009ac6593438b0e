package eider.files;

import eider.connector.Field;
import eider.connector.SourceException;
import eider.kit.Names;
import eider.kit.Options;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * The options, checked. What is not given is null or empty.
 *
 * @param canonical null for a table of its own
 * @param columns which column is which field
 * @param quote empty: nothing stands around texts
 * @param comment empty: every line is a row
 * @param defaults SQL literals by field
 */
record Settings(Finder finder, String dataset, Canonical canonical, Map<String, String> columns, List<String> key, Map<String, String> defaults,
        DatePattern dateFormat, ZoneId timeZone, Charset encoding, String delimiter, String decimal, Boolean header, String quote,
        String comment, String sheet, boolean fillShortRows, boolean append) {

    /** What a file handed over on the command line is read with: nothing is said but what the rows are. */
    static Settings plain(Finder finder, String dataset) throws SourceException {
        return new Settings(finder, checkedDataset(dataset), Canonical.of(dataset), Map.of(), List.of(), Map.of(), null, null, null, null, null, null,
                null, null, "", false, false);
    }

    static Settings of(FilesConfig config, Path home) throws SourceException {
        String dataset = checkedDataset(config.dataset().strip());
        Canonical canonical = Canonical.of(dataset);
        Map<String, String> columns = Options.pairs("columns", config.columns());
        for (String field : columns.values()) {
            checkedField("columns", field);
        }
        List<String> key = Options.list("key", config.key());
        for (String field : key) {
            checkedField("key", field);
        }
        Map<String, String> defaults = new java.util.LinkedHashMap<>();
        for (Map.Entry<String, String> pair : Options.pairs("defaults", config.defaults()).entrySet()) {
            if (canonical == null) {
                throw Options.wrong("defaults", "it fills fields of the datasets sales and products; '" + dataset + "' is a table of its own.");
            }
            Field field = canonical.field(pair.getKey());
            if (field == null) {
                throw Options.wrong("defaults", "'" + pair.getKey() + "' is no field of " + dataset + ", which has "
                        + String.join(", ", canonical.fields().stream().map(Field::name).toList()) + ".");
            }
            defaults.put(pair.getKey(), literal(field, pair.getValue()));
        }
        String delimiter = delimiter(config.delimiter());
        String decimal = config.decimal().isBlank() ? null : Options.choice("decimal", config.decimal(), ".", ",");
        if (decimal != null && decimal.equals(delimiter)) {
            throw Options.wrong("delimiter", "it cannot be the decimal separator '" + decimal + "' too.");
        }
        return new Settings(new Roots(home, Options.list("allowed_roots", config.allowed__roots()), config.path().strip()), dataset, canonical,
                columns, key,
                Map.copyOf(defaults), config.date__format().isBlank() ? null : DatePattern.of(config.date__format().strip()),
                        zone(config.time__zone().strip()),
                encoding(config.encoding().strip()), delimiter, decimal, header(config.header()), sign("quote", config.quote(), delimiter),
                sign("comment", config.comment(), delimiter), config.sheet().strip(),
                Options.choice("short_rows", config.short__rows(), "quarantine", "fill").equals("fill"),
                Options.choice("when_changed", config.when__changed(), "replace", "append").equals("append"));
    }

    /** Changes when the same file would be read in another way. */
    String reading() {
        return Seen.shortHash(dataset + '\n' + columns + '\n' + key + '\n' + (dateFormat == null ? "" : dateFormat.text()) + '\n' + timeZone + '\n'
                + encoding
                + '\n' + delimiter + '\n' + decimal + '\n' + sheet + '\n' + fillShortRows + '\n' + header + '\n' + quote + '\n' + comment);
    }

    private static String checkedDataset(String name) throws SourceException {
        if (!Names.legal(name)) {
            throw Options.wrong("dataset", "'" + name + "' is no name for a table: use sales, products, or small letters, digits and underscores, "
                    + "beginning with a "
                    + "letter.");
        }
        return name;
    }

    private static void checkedField(String option, String name) throws SourceException {
        if (!Names.legal(name)) {
            throw Options.wrong(option, "'" + name + "' is no field name: use small letters, digits and underscores, beginning with a letter.");
        }
    }

    private static String delimiter(String text) throws SourceException {
        if (text.isEmpty()) {
            return null;
        }
        String word = text.strip();
        String delimiter = word.equals("tab") || word.equals("\\t") || text.equals("\t") ? "\t" : word.isEmpty() ? " " : word;
        if (delimiter.length() > 4 || delimiter.contains("\"") || delimiter.contains("\n") || delimiter.contains("\r")) {
            throw Options.wrong("delimiter", "'" + word + "' cannot separate columns: use one to four characters, such as ; or the word tab.");
        }
        return delimiter;
    }

    private static Boolean header(String text) throws SourceException {
        return text.isBlank() ? null : Options.choice("header", text, "yes", "no").equals("yes");
    }

    /** One sign, or none: then it is empty, where null means that it is found out. */
    private static String sign(String option, String text, String delimiter) throws SourceException {
        String sign = text.strip();
        if (sign.isEmpty()) {
            return null;
        }
        if (sign.equals("none")) {
            return "";
        }
        if (sign.length() > 1 || sign.charAt(0) > 126 || Character.isLetterOrDigit(sign.charAt(0)) || sign.equals(delimiter)) {
            throw Options.wrong(option, "'" + sign + "' cannot be it: use one sign, such as " + (option.equals("quote") ? "\" or '" : "#")
                    + ", or the word none.");
        }
        return sign;
    }

    private static ZoneId zone(String name) throws SourceException {
        try {
            return name.isEmpty() ? null : ZoneId.of(name);
        } catch (DateTimeException e) {
            throw Options.wrong("time_zone", "'" + name + "' is no time zone; write it like Europe/Berlin or UTC.");
        }
    }

    private static Charset encoding(String name) throws SourceException {
        try {
            return name.isEmpty() ? null : Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw Options.wrong("encoding", "'" + name + "' is no encoding that Java knows; common ones are UTF-8, windows-1252, ISO-8859-1, "
                    + "UTF-16 and Shift_JIS.");
        }
    }

    private static String literal(Field field, String value) throws SourceException {
        String quoted = "'" + value.replace("'", "''") + "'";
        try {
            return switch (field.type().kind()) {
                case TEXT, JSON -> quoted;
                case DATE -> "DATE '" + LocalDate.parse(value) + "'";
                case INSTANT -> "TIMESTAMPTZ '" + java.time.OffsetDateTime.parse(value).toInstant() + "'";
                case TIMESTAMP -> "TIMESTAMP '" + java.time.LocalDateTime.parse(value) + "'";
                case BOOLEAN -> Boolean.toString(Boolean.parseBoolean(value));
                case INTEGER -> Long.toString(Long.parseLong(value));
                case DOUBLE -> "CAST('" + Double.parseDouble(value) + "' AS DOUBLE)";
                case DECIMAL -> "CAST('" + Cells.fitted(new java.math.BigDecimal(value), field.type()).toPlainString() + "' AS DECIMAL("
                        + field.type().precision() + "," + field.type().scale() + "))";
            };
        } catch (DateTimeException | NumberFormatException | Cells.Misfit e) {
            throw Options.wrong("defaults", "'" + value + "' is no value for " + field.name() + ", which is a " + field.type()
                    + " (a day is written 2026-01-31, "
                    + "a number 1234.56).");
        }
    }
}
