package eider.sql;

import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import eider.kit.Names;
import eider.kit.Options;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What of a database is read, and how: what the server says of its relations, and what the options say. */
public final class Catalogue {

    private Catalogue() {
    }

    /** The tables that the options name, in the order of their names, and then the queries. */
    static List<Table> of(Settings settings, Dialect dialect, Session session) throws SourceException, InterruptedException {
        return of(settings, dialect, session, name -> true);
    }

    /** @param wanted whether the table or query of this name is looked for */
    private static List<Table> of(Settings settings, Dialect dialect, Session session, Predicate<String> wanted) throws SourceException,
            InterruptedException {
        List<Relation> all = dialect.relations(settings, session, name -> settings.reads(name) && wanted.test(name));
        String schema = dialect.schema(settings);
        checkTables(settings, schema, all);
        List<Relation> found = new ArrayList<>(all.stream().filter(relation -> settings.reads(relation.name())).toList());
        for (Map.Entry<String, String> query : settings.queries().entrySet()) {
            if (found.stream().anyMatch(relation -> relation.name().equals(query.getKey()))) {
                throw Options.wrong("queries", "there is a table '" + query.getKey() + "' that is read, too; rename the file of the query, or leave the "
                        + "table out by a ! in option 'tables'.");
            }
            found.add(dialect.query(settings, session, query.getKey(), query.getValue()));
        }
        checkNames(settings, found);
        List<Table> tables = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < found.size(); i++) {
            String name = Names.free(found.get(i).name(), i, taken);
            if (wanted.test(found.get(i).name())) {
                tables.add(table(settings, schema, found.get(i), name));
            }
        }
        return tables;
    }

    /** The table of a dataset. As it is now it must still be what discovery told: its rows are told by that dataset. */
    static Table of(Settings settings, Dialect dialect, Session session, Dataset dataset) throws SourceException, InterruptedException {
        // Two tables whose names come to the same are told apart by a number behind it.
        return of(settings, dialect, session, name -> dataset.name().startsWith(Names.snake(name))).stream().filter(table -> table.dataset().name().equals(dataset.name())
                && table.dataset().fields().equals(dataset.fields()) && table.dataset().key().equals(dataset.key())).findFirst()
                .orElseThrow(() -> gone(dataset.name()));
    }

    private static void checkTables(Settings settings, String schema, List<Relation> all) throws SourceException {
        for (Pattern pattern : settings.tables()) {
            if (pattern.plain() && all.stream().noneMatch(relation -> relation.name().equals(pattern.text()))) {
                throw Options.wrong("tables", "schema '" + schema + "' has no table or view '" + pattern.text() + "'" + all.stream()
                        .map(Relation::name).filter(pattern.text()::equalsIgnoreCase).findFirst()
                        .map(name -> "; it is written '" + name + "' there").orElse("") + ", or user '" + settings.user() + "' may not see it.");
            }
        }
    }

    /** A name without a star in the options that nothing has is a slip of the pen. */
    private static void checkNames(Settings settings, List<Relation> found) throws SourceException {
        for (Map.Entry<String, Set<Pattern>> option : Map.of("cursor", settings.cursors().keySet(), "keys", settings.keys().keySet(),
                "log", Set.copyOf(settings.log())).entrySet()) {
            for (Pattern pattern : option.getValue()) {
                if (pattern.plain() && found.stream().noneMatch(relation -> pattern.matches(relation.name()))) {
                    throw Options.wrong(option.getKey(), "no table '" + pattern.text() + "' is read.");
                }
            }
        }
        for (Map.Entry<String, Collection<Pattern>> option : Map.of("decimals", settings.decimals().keySet(), "booleans", settings.booleans())
                .entrySet()) {
            for (Pattern pattern : option.getValue()) {
                if (pattern.plain() && found.stream().noneMatch(relation -> relation.columns().stream()
                        .anyMatch(column -> pattern.matches(relation.name() + "." + column.name())))) {
                    throw Options.wrong(option.getKey(), "there is no column '" + pattern.text() + "'.");
                }
            }
        }
    }

    private static Table table(Settings settings, String schema, Relation found, String dataset) throws SourceException {
        String name = found.name();
        List<String> names = Names.unique(found.columns().stream().map(Relation.Described::name).toList());
        List<String> chosen = Settings.fitting(settings.keys(), name);
        List<String> keyNames = chosen == null ? found.key() : chosen;
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(column(found.columns().get(i), names.get(i), keyNames.contains(found.columns().get(i).name())));
        }
        List<Column> key = new ArrayList<>();
        for (String part : keyNames) {
            key.add(columns.stream().filter(column -> column.name().equals(part)).findFirst()
                    .orElseThrow(() -> Options.wrong("keys", "table '" + name + "' has no column '" + part + "'.")));
        }
        boolean logged = logged(settings, found, key);
        Column cursor = logged ? null : cursor(settings, found, columns, key);
        String told = settings.queries().containsKey(name) ? "query " + name : schema.isEmpty() ? name : schema + "." + name;
        List<String> declared = columns.stream().filter(key::contains).map(column -> column.field().name()).toList();
        String description = settings.queries().containsKey(name) ? "The answer of the query '" + name + "' to the database."
                : "The " + found.what() + " " + told + " of the database.";
        return new Table(name, told, found.sql(), found.stored(), columns, key, cursor, logged,
                new Dataset(dataset, described(description, found.comment()), columns.stream().map(Column::field).toList(), declared));
    }

    /** Whether the server's log tells its changes. A pattern speaks of the tables of which it can. */
    private static boolean logged(Settings settings, Relation found, List<Column> key) throws SourceException {
        List<Pattern> fitting = settings.log().stream().filter(pattern -> pattern.matches(found.name())).toList();
        boolean possible = found.stored() && found.what().equals("table") && !key.isEmpty();
        if (fitting.isEmpty() || !possible && fitting.stream().noneMatch(Pattern::plain)) {
            return false;
        }
        if (!possible) {
            throw Options.wrong("log", "'" + found.name() + "' is " + (key.isEmpty() ? "without a key" : "no table") + ", and the log tells of tables "
                    + "whose rows have a key; leave it out here" + (key.isEmpty() ? ", or give it a primary key." : "."));
        }
        if (settings.cursors().keySet().stream().anyMatch(pattern -> pattern.plain() && pattern.matches(found.name()))) {
            throw Options.wrong("log", "table '" + found.name() + "' stands in option 'cursor', too; its changes come by the one or the other.");
        }
        return true;
    }

    private static Column cursor(Settings settings, Relation found, List<Column> columns, List<Column> key) throws SourceException {
        Map.Entry<Pattern, String> chosen = null;
        for (Map.Entry<Pattern, String> pair : settings.cursors().entrySet()) {
            if (pair.getKey().matches(found.name()) && (chosen == null || pair.getKey().plain())) {
                chosen = pair;
            }
        }
        if (chosen == null) {
            return null;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(chosen.getValue())) {
                if (!found.columns().get(i).growing()) {
                    throw Options.wrong("cursor", "column '" + chosen.getValue() + "' of table '" + found.name() + "' is "
                            + found.columns().get(i).sqlType() + ", and only a time, a day or a number can be told to grow.");
                }
                if (key.isEmpty()) {
                    throw Options.wrong("cursor", "table '" + found.name()
                            + "' has no primary key, so that a changed row could not be told from a new one; name the "
                            + "columns of its key in option 'keys', or leave the table out here.");
                }
                return columns.get(i);
            }
        }
        if (!chosen.getKey().plain()) {
            // A pattern speaks of the tables that have such a column.
            return null;
        }
        throw Options.wrong("cursor", "table '" + found.name() + "' has no column '" + chosen.getValue() + "'.");
    }

    private static String described(String sentence, String comment) {
        return comment == null || comment.isBlank() ? sentence : sentence + " " + comment.strip();
    }

    private static Column column(Relation.Described column, String name, boolean key) {
        String sentence = described("The column '" + column.name() + "', " + column.sqlType() + ".", column.comment());
        return new Column(column.name(), column.sqlType(), column.plainType(), column.expression(), column.nullable(),
                key ? Field.required(name, column.type(), sentence) : Field.of(name, column.type(), sentence), column.lenient() && !key);
    }

    /**
     * The type of a column of exact numbers.
     *
     * @param precision of all its digits; 0 where the column does not say
     * @param scale of those behind the point
     */
    public static Type decimal(Settings settings, String table, String column, int precision, int scale) {
        Type chosen = Settings.fitting(settings.decimals(), table + "." + column);
        if (chosen != null) {
            return chosen;
        }
        // numeric(2,5) is possible in places, and holds what DECIMAL(5,5) does.
        int digits = Math.max(precision, scale);
        return precision == 0 || scale < 0 || digits > 38 ? Type.TEXT : Type.decimal(digits, scale);
    }

    /** A fault of kind DATA: it is not there any more. */
    static SourceException gone(String dataset) {
        return new SourceException(Kind.DATA, "The table of dataset '" + dataset
                + "' is not there any more, or is not the one that it was when the tables were "
                + "looked at. Start the sync again: it looks anew.");
    }
}
