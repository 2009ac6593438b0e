package eider.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** A row of the quarantine field by field, as {@link Stage#record} writes it and a person may have mended it, read back into values. */
final class Mended {
    private static final JsonFactory JSON = new JsonFactory();

    private Mended() {}

    /** The texts of the fields, in their order; null where a field is empty. */
    static Map<String, String> texts(String record) {
        Map<String, String> texts = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(record)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                texts.put(name, json.nextToken() == JsonToken.VALUE_NULL ? null : json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a row of the quarantine cannot be read: " + record, e);
        }
        return texts;
    }

    /** What a source that found a row bad itself said of it, where that is a JSON object of the dataset's fields; null where it is anything else. */
    static String record(Dataset dataset, String raw) {
        if (!raw.startsWith("{") || raw.length() > Stage.RAW_LIMIT) {
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(raw)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (dataset.field(name) == null || json.nextToken().isStructStart()) {
                    return null;
                }
                texts.put(name, json.currentToken() == JsonToken.VALUE_NULL ? null : json.getText());
            }
            return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null ? Stage.record(texts) : null;
        } catch (IOException noJson) {
            return null;
        }
    }

    /** The values of a dataset's fields, of the Java types that a source would push. */
    static Object[] values(Dataset dataset, String record) throws Values.Misfit {
        Map<String, String> texts = texts(record);
        Object[] values = new Object[dataset.fields().size()];
        for (int i = 0; i < values.length; i++) {
            Field field = dataset.fields().get(i);
            values[i] = value(field, texts.get(field.name()));
        }
        return values;
    }

    /** What a text means; null where it is empty. */
    static Object value(Field field, String text) throws Values.Misfit {
        if (text == null || text.isBlank() && field.type().kind() != Type.Kind.TEXT) {
            return null;
        }
        String plain = text.strip();
        try {
            return switch (field.type().kind()) {
                case TEXT, JSON -> text;
                case BOOLEAN -> switch (plain) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new Values.Misfit(misfit(field, text, "true or false"));
                };
                case INTEGER -> Long.valueOf(plain);
                case DECIMAL -> new BigDecimal(plain);
                case DOUBLE -> Double.valueOf(plain);
                case DATE -> LocalDate.parse(plain);
                case TIMESTAMP -> LocalDateTime.parse(clock(plain));
                case INSTANT -> OffsetDateTime.parse(clock(plain).replaceFirst("([+-]\\d\\d)$", "$1:00"));
            };
        } catch (NumberFormatException e) {
            throw new Values.Misfit(misfit(field, text, "a number such as 1234.5"));
        } catch (DateTimeException e) {
            throw new Values.Misfit(misfit(field, text, switch (field.type().kind()) {
                case DATE -> "a date such as 2026-01-31";
                case TIMESTAMP -> "a date and time such as 2026-01-31 14:30:00";
                case INSTANT -> "a point in time such as 2026-01-31 14:30:00+01:00";
                case TEXT, BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> "of its type";
            }));
        }
    }

    private static String clock(String text) {
        return text.replaceFirst("^(\\S+) ", "$1T");
    }

    private static String misfit(Field field, String text, String wanted) {
        return field.name() + ": '" + Stage.cut(text, Stage.VALUE_LIMIT) + "' is not " + wanted;
    }
}
