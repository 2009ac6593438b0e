package eider.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The head of a column.
 *
 * @param key its name for scripts: in JSON and CSV
 * @param title what a person reads above it
 * @param right whether its values stand at the right: numbers
 * @param grouped whether a person reads its whole numbers with commas: counts, never years or ids
 * @param empty what a table shows where there is no value
 */
record Heading(String key, String title, boolean right, boolean grouped, String empty) {

    /** The columns of a query's result. Names that occur twice get a number, as JSON objects cannot hold them twice. */
    static List<Heading> of(List<eider.engine.Rows.Column> columns) {
        List<Heading> headings = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (eider.engine.Rows.Column column : columns) {
            String name = column.name();
            for (int i = 2; !taken.add(name); i++) {
                name = column.name() + "_" + i;
            }
            headings.add(new Heading(name, Text.plain(name), numeric(column.type()), false, "NULL"));
        }
        return headings;
    }

    private static boolean numeric(String type) {
        return !type.endsWith("]") && (type.startsWith("DECIMAL") || type.endsWith("INT") || type.endsWith("INTEGER") || type.equals("DOUBLE")
                || type.equals("FLOAT"));
    }
}
