package eider.model;

import eider.connector.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An operator's model as its file holds it: {@code config/models/<any name>.sql}, whose first comments say {@code -- from: <connection>.<dataset>}
 * and {@code -- into: <table>}. What is wrong with these is told in {@code fault}; the SQL after them is judged by {@link ModelSql}.
 *
 * @param shown the file as people are told of it
 * @param connection whose dataset; null where the file does not say
 * @param dataset which; null where the file does not say
 * @param into the canonical table; null where the file says none that there is
 * @param text the whole file
 * @param fault one sentence without the file and without a full stop, beginning with the line where it is known; null: nothing is wrong so far
 */
public record ModelFile(String shown, String connection, String dataset, Canonical into, String text, String fault) {
    private static final long LARGEST = 1 << 20;
    private static final Pattern HEADER = Pattern.compile("^--\\s*(from|into)\\s*:\\s*(.*?)\\s*$", Pattern.CASE_INSENSITIVE);
    private static final Pattern FROM = Pattern.compile("(\\S+)\\.([a-z][a-z0-9_]*)");

    static ModelFile read(Path file, String shown) {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                return new ModelFile(shown, null, null, null, "", "it is larger than 1 MB, which no model is");
            }
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
        } catch (CharacterCodingException e) {
            return new ModelFile(shown, null, null, null, "", "it is not in UTF-8: save it in that encoding");
        } catch (IOException e) {
            return new ModelFile(shown, null, null, null, "", "it cannot be read (" + e + ")");
        }
        return parse(text.startsWith("\ufeff") ? text.substring(1) : text, shown);
    }

    private static ModelFile parse(String text, String shown) {
        String connection = null;
        String dataset = null;
        Canonical into = null;
        boolean said = false;
        String fault = null;
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("--")) {
                break;
            }
            Matcher header = HEADER.matcher(line);
            if (!header.matches()) {
                continue;
            }
            String value = header.group(2);
            if (header.group(1).equalsIgnoreCase("from")) {
                Matcher from = FROM.matcher(value);
                if (connection != null) {
                    fault = first(fault, "line " + number + ": 'from' is said twice; a model reads one dataset of one connection");
                } else if (from.matches()) {
                    connection = from.group(1);
                    dataset = from.group(2);
                } else {
                    fault = first(fault, "line " + number + ": '" + value + "' is no dataset of a connection, which is written as in shop.orders");
                }
            } else if (said) {
                fault = first(fault, "line " + number + ": 'into' is said twice; a model fills one table");
            } else {
                said = true;
                into = Canonical.of(value).orElse(null);
                if (into == null) {
                    fault = first(fault, "line " + number + ": there is no canonical table '" + value + "'" + Names.nearest(value,
                            Canonical.tables()));
                }
            }
        }
        if (connection == null) {
            fault = first(fault, "it lacks its first comment '-- from: <connection>.<dataset>', as in '-- from: shop.orders'");
        }
        if (!said) {
            fault = first(fault, "it lacks its first comment '-- into: <table>', as in '-- into: sales'");
        }
        return new ModelFile(shown, connection, dataset, into, text, fault);
    }

    private static String first(String one, String other) {
        return one == null ? other : one;
    }

    /** What it is called where it fails when it is applied. */
    String told() {
        return shown + ", which fills " + into.table() + " from " + connection + "." + dataset + ",";
    }

    /** It as a model, with the SQL that was judged. */
    Model model(String sql) {
        return new Model(into.table(), dataset, sql);
    }
}
