package eider.store;

import eider.connector.Dataset;
import eider.connector.Type;
import eider.quality.Action;
import eider.quality.Check;
import eider.quality.Rule;
import eider.store.Ledger.CheckRow;
import eider.store.RuleSql.Unfit;
import eider.store.ingest.ScanSql;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges the rows of one {@link Commit} by the rules of their dataset and of the canonical tables that they feed, inside its transaction: what breaks a rule that
 * quarantines never shows, and a broken rule that fails takes everything back.
 *
 * <p>Rows of the stage are judged before they are compared with those that are here. The ids of those that are kept aside stand in the temporary table {@code bad};
 * for the comparison they are {@link Stage#PRESENT}, so that the older row with their key stays. Rows that went straight in are judged in the raw table, and their
 * canonical rows after they were derived. One pass over the rows counts for all rules that look at single values; only a rule that is broken is looked at again. A rule that cannot be applied,
 * because a column or a table is not there, is never passed over: it fails the load, or is told where it only warns.
 */
final class Checks {
    private static final int EXAMPLE_LIMIT = Stage.VALUE_LIMIT;

    private final Sql sql;
    private final RawTable raw;
    private final Pending pending;
    private final Dataset dataset;
    private final Map<String, Type> columns;
    private final Handling handling;
    private final List<Derivation> derivations;
    private final long load;
    private final Instant now;
    /** By what a rule is called in the ledger, in the order in which they were met. */
    private final Map<String, CheckRow> found = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private Stage.Tables staged;

    /**
     * @param columns those of the raw table
     * @param derivations the canonical tables that the dataset feeds, with their own rules
     */
    Checks(Sql sql, RawTable raw, Pending pending, Map<String, Type> columns, List<Derivation> derivations, long load, Instant now) {
        this.sql = sql;
        this.raw = raw;
        this.pending = pending;
        this.dataset = pending.dataset();
        this.columns = columns;
        this.handling = pending.handling();
        this.derivations = derivations;
        this.load = load;
        this.now = now;
    }

    /** Whether there is anything to judge by. */
    boolean any() {
        return !handling.rules().isEmpty() || derivations.stream().anyMatch(derivation -> !derivation.rules().isEmpty());
    }

    /**
     * Rows that are judged together.
     *
     * @param table whose rules count: null for the raw table, else the canonical one
     * @param rows a table expression with the column {@code _id}
     * @param latest the same, without rows that another of them takes the place of
     * @param staying those that are in the table and will stay there beside them
     */
    private record Relation(String table, Map<String, Type> columns, String rows, String latest, String staying) {}

    /**
     * Judges the rows of the stage, and makes the table {@code bad} of those that are not to come in.
     *
     * @param stage where they stand
     * @param partIds the ids of the pending parts, by their numbers
     * @return where they stand with those that are kept aside marked as such
     * @throws RuleException if a rule that fails the load is broken
     */
    Stage.Tables staged(Stage.Tables stage, int[] partIds) throws SQLException, StoreException {
        sql.run("CREATE TEMP TABLE bad (id BIGINT, reason VARCHAR)");
        staged = stage;
        if (!any()) {
            return stage;
        }
        String values = Comparison.values(pending.gathered().types(), columns);
        String rows = "(SELECT " + values + ", _part, " + load + " AS _load, _seq AS _id FROM " + stage.rows() + " WHERE _kind = " + Stage.ROW + ")";
        String latest = latest(values);
        String untouched = untouched(values, partIds);
        judge(new Relation(null, columns, rows, "(FROM " + latest + " WHERE _kind = " + Stage.ROW + ")", untouched), handling.rules());
        for (Derivation derivation : derivations) {
            if (derivation.rules().isEmpty()) {
                continue;
            }
            Map<String, Type> canonical = columns("main", derivation.table());
            judge(new Relation(derivation.table(), canonical, derived(derivation, canonical, "(SELECT * RENAME (_id AS _row) FROM " + rows + ")"),
                    derived(derivation, canonical, "(SELECT * RENAME (_id AS _row) FROM " + latest + " WHERE _kind = " + Stage.ROW + ")"),
                    "(FROM main." + Sql.name(derivation.table()) + " WHERE _row NOT IN (SELECT _row FROM " + raw.sql() + " WHERE _row NOT IN (SELECT _row FROM "
                            + untouched + ")))"), derivation.rules());
        }
        if (!failures.isEmpty()) {
            throw failed();
        }
        return sql.number("SELECT count(*) FROM bad") == 0 ? stage : new Stage.Tables("(SELECT * REPLACE (CASE WHEN _seq IN (SELECT id FROM bad) THEN " + Stage.PRESENT
                + " ELSE _kind END AS _kind) FROM " + stage.rows() + ")", stage.rejects());
    }

    /** What the stage says of each key in the end; without a key all of its rows. Rows that are kept aside say nothing. */
    private String latest(String values) {
        String rows = "SELECT " + values + ", _part, " + load + " AS _load, _seq AS _id, _kind FROM " + staged.rows() + " WHERE _kind <> " + Stage.PRESENT
                + " AND _seq NOT IN (SELECT id FROM bad)";
        return dataset.key().isEmpty() ? "(" + rows + ")"
                : "(" + rows + " QUALIFY row_number() OVER (PARTITION BY " + names(dataset.key()) + " ORDER BY _seq DESC) = 1)";
    }

    /** Those rows of the raw table that will be there afterwards as they are. */
    private String untouched(String values, int[] partIds) {
        if (handling.mode() == Mode.APPEND) {
            return "(SELECT o.* FROM " + raw.sql() + " o ANTI JOIN (SELECT " + values + " FROM " + staged.rows() + " WHERE _kind = " + Stage.ROW + ") n ON "
                    + String.join(" AND ", columns.keySet().stream().map(Sql::name).map(name -> "o." + name + " IS NOT DISTINCT FROM n." + name).toList()) + ")";
        }
        if (!dataset.key().isEmpty()) {
            return pending.isComplete() ? "(FROM " + raw.sql() + " WHERE false)" : "(SELECT o.* FROM " + raw.sql() + " o ANTI JOIN " + latest(values) + " n ON "
                    + String.join(" AND ", dataset.key().stream().map(Sql::name).map(name -> "o." + name + " = n." + name).toList()) + ")";
        }
        List<String> ids = pending.parts().stream().filter(part -> !part.added()).map(part -> Integer.toString(partIds[part.number()])).toList();
        String others = "(FROM " + raw.sql() + (ids.isEmpty() ? " WHERE true" : " WHERE _part NOT IN (" + String.join(", ", ids) + ")");
        if (!pending.isComplete()) {
            return others + ")";
        }
        // A part that was begun and left out, because it is as it was, stays.
        String seen = String.join(", ", pending.seen().stream().map(Sql::text).toList());
        return others + (seen.isEmpty() ? " AND false)" : " AND _part IN (SELECT id FROM ledger.parts WHERE connection = " + Sql.text(raw.connection()) + " AND dataset = "
                + Sql.text(raw.dataset()) + " AND name IN (" + seen + ")))");
    }

    /** The canonical rows of some raw ones, in the types of the table. */
    private static String derived(Derivation derivation, Map<String, Type> canonical, String rows, Set<String> fields) {
        String casts = String.join(", ", canonical.entrySet().stream()
                .map(column -> "CAST(" + Sql.name(column.getKey()) + " AS " + ScanSql.type(column.getValue()) + ") AS " + Sql.name(column.getKey())).toList());
        return "(SELECT " + casts + ", _row AS _id FROM (SELECT * FROM main." + Sql.name(derivation.table()) + " WHERE false UNION ALL BY NAME ("
                + derivation.select(rows, fields) + ")))";
    }

    private String derived(Derivation derivation, Map<String, Type> canonical, String rows) {
        return derived(derivation, canonical, rows, columns.keySet());
    }

    /** Keeps the bad rows of the stage aside, and tells how many; afterwards {@code bad} is gone. Needs the table {@code pending_parts}. */
    long quarantineStaged(Collection<String> fields) throws SQLException {
        long count = sql.number("SELECT count(*) FROM bad") == 0 ? 0
                : sql.run(quarantine(fields, staged.rows(), "_seq", "pending_parts p ON p.number = r._part", "'row ' || r._seq", !dataset.key().isEmpty()));
        sql.run("DROP TABLE temp.bad");
        return count;
    }

    /**
     * @param once whether a row that is as bad as before is not kept again: the next time it is met at a boundary. One that a person has mended is here as it was
     *     mended
     */
    private String quarantine(Collection<String> fields, String rows, String id, String parts, String place, boolean once) {
        String mine = "q.connection = " + Sql.text(raw.connection()) + " AND q.dataset = " + Sql.text(dataset.name());
        String record = "to_json(" + struct(fields, true) + ")::VARCHAR";
        return "INSERT INTO ledger.quarantine (id, load, connection, dataset, part, place, reason, raw, met_at, record)"
                + " SELECT nextval('ledger.quarantine_ids'), " + load + ", " + Sql.text(raw.connection()) + ", " + Sql.text(dataset.name())
                + ", n.part, n.place, n.reason, n.raw, " + Sql.text(now.toString()) + "::TIMESTAMPTZ, n.record FROM (SELECT coalesce(p.name, '') AS part,"
                + " left(concat_ws(' ', p.name, " + place + "), " + Stage.REASON_LIMIT + ") AS place, left(b.reason, " + Stage.REASON_LIMIT + ") AS reason,"
                + " left(to_json(" + struct(fields, false) + ")::VARCHAR, " + Stage.RAW_LIMIT + ") AS raw,"
                + " CASE WHEN length(" + record + ") <= " + Stage.RAW_LIMIT + " THEN " + record + " END AS record"
                + " FROM " + rows + " r JOIN bad b ON b.id = r." + id + " LEFT JOIN " + parts + ") n"
                + (once ? " WHERE NOT EXISTS (FROM ledger.quarantine q WHERE " + mine + " AND q.raw = n.raw"
                        + " AND CASE WHEN q.resolved_by IS NULL THEN q.reason = n.reason ELSE q.mended IS NOT NULL END)" : "");
    }

    private static String struct(Collection<String> fields, boolean text) {
        return "struct_pack(" + String.join(", ", fields.stream().map(Sql::name)
                .map(name -> name + " := " + (text ? "CAST(r." + name + " AS VARCHAR)" : "r." + name)).toList()) + ")";
    }

    /**
     * Judges the rows that went straight into the raw table, and moves the bad ones into quarantine.
     *
     * @param after the last row's number before they came
     * @return how many were moved
     */
    long straight(long after) throws SQLException, StoreException {
        if (handling.rules().isEmpty()) {
            return 0;
        }
        sql.run("CREATE TEMP TABLE bad (id BIGINT, reason VARCHAR)");
        String rows = "(SELECT *, _row AS _id FROM " + raw.sql() + " WHERE _row > " + after + ")";
        judge(new Relation(null, columns, rows, rows, "(FROM " + raw.sql() + " WHERE _row <= " + after + ")"), handling.rules());
        return move(List.of(), false);
    }

    /** The same for the canonical rows that were derived from them; a bad one takes its raw row along. */
    long derived(long after) throws SQLException, StoreException {
        return derived("_row > " + after, "_row <= " + after, false);
    }

    /** The same where the canonical rows of all raw ones were derived anew; of a raw row that goes an image is kept. */
    long derivedAnew() throws SQLException, StoreException {
        return derived("load IN " + Ways.loads(raw), "load NOT IN " + Ways.loads(raw), true);
    }

    private long derived(String come, String stay, boolean images) throws SQLException, StoreException {
        long moved = 0;
        for (Derivation derivation : derivations) {
            if (!derivation.rules().isEmpty()) {
                sql.run("CREATE TEMP TABLE bad (id BIGINT, reason VARCHAR)");
                String table = "main." + Sql.name(derivation.table());
                String rows = "(SELECT *, _row AS _id FROM " + table + " WHERE " + come + ")";
                judge(new Relation(derivation.table(), columns("main", derivation.table()), rows, rows, "(FROM " + table + " WHERE " + stay + ")"), derivation.rules());
                moved += move(derivations, images);
            }
        }
        return moved;
    }

    private long move(List<Derivation> from, boolean images) throws SQLException, RuleException {
        if (!failures.isEmpty()) {
            throw failed();
        }
        long moved = 0;
        if (sql.number("SELECT count(*) FROM bad") > 0) {
            moved = sql.run(quarantine(List.copyOf(columns.keySet()), raw.sql(), "_row", "ledger.parts p ON p.id = r._part",
                    images ? called() : "NULL", false));
            if (images) {
                sql.run("INSERT INTO " + raw.images() + " BY NAME SELECT *, " + load + " AS _gone FROM " + raw.sql() + " WHERE _row IN (SELECT id FROM bad)");
            }
            sql.run("DELETE FROM " + raw.sql() + " WHERE _row IN (SELECT id FROM bad)");
            for (Derivation derivation : from) {
                sql.run("DELETE FROM main." + Sql.name(derivation.table()) + " WHERE _row IN (SELECT id FROM bad)");
            }
        }
        sql.run("DROP TABLE temp.bad");
        return moved;
    }

    /** A row with a key that was here already, by what stands in its key. */
    private String called() {
        return dataset.key().isEmpty() ? "NULL" : String.join(" || ', ' || ", dataset.key().stream().map(name -> Sql.text(name + " ") + " || CAST(r." + Sql.name(name)
                + " AS VARCHAR)").toList());
    }

    private RuleException failed() {
        return new RuleException(String.join("; ", failures) + ". Nothing of it was loaded.", List.copyOf(found.values()));
    }

    /**
     * Writes down what was found. A complete read is judged as a whole here, while it can still be taken back.
     *
     * @throws RuleException if a rule about the whole load fails it
     */
    void record() throws SQLException, RuleException {
        for (CheckRow check : found.values()) {
            Ledger.check(sql, load, raw.connection(), raw.dataset(), check, now);
        }
        if (pending.isComplete()) {
            Verdict verdict = Verdict.of(sql, raw.connection(), raw.dataset(), handling, derivations, load, now);
            if (verdict.failure() != null) {
                List<CheckRow> all = new ArrayList<>(found.values());
                all.addAll(verdict.checks());
                throw new RuleException(verdict.failure() + ". Nothing of it was loaded.", all);
            }
        }
    }

    private void judge(Relation of, List<Rule> rules) throws SQLException, StoreException {
        RuleSql terms = new RuleSql(of.columns);
        List<Rule> single = new ArrayList<>();
        List<String> about = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        List<Rule> among = new ArrayList<>();
        List<Rule> unfit = new ArrayList<>();
        List<String> why = new ArrayList<>();
        for (Rule rule : rules) {
            if (!(rule.check() instanceof Check.Newer)) {
                note(of, rule, 0, 0, "");
            }
            try {
                terms.subject(rule);
                switch (rule.check()) {
                    case Check.Exists exists -> {
                        values(exists, of);
                        among.add(rule);
                    }
                    case Check.Value value -> {
                        broken.add(terms.broken(rule, value, null));
                        about.add(terms.subject(rule));
                        single.add(rule);
                    }
                    case Check.Unique unique -> {
                        terms.reason(rule, EXAMPLE_LIMIT);
                        among.add(rule);
                    }
                    case Check.Newer newer -> terms.type(newer.column());
                    case Check.RowCount count -> {
                        // What comes again out of quarantine says nothing of how much the source sends.
                        if (pending.again().isEmpty()) {
                            note(of, rule, count(of, of.rows), 0, "");
                        }
                    }
                }
            } catch (Unfit e) {
                unfit.add(rule);
                why.add(e.getMessage());
            }
        }
        if (!unfit.isEmpty()) {
            long rows = count(of, of.rows);
            for (int i = 0; i < unfit.size() && rows > 0; i++) {
                cannot(of, unfit.get(i), why.get(i), rows);
            }
        }
        pass(of, terms, single, about, broken);
        // Only now: a row that is kept aside takes no other row's value.
        for (Rule rule : among) {
            try {
                switch (rule.check()) {
                    case Check.Exists exists -> pass(of, terms, List.of(rule), List.of(terms.subject(rule)), List.of(terms.broken(rule, exists, values(exists, of))));
                    case Check.Unique unique -> unique(of, terms, rule, unique);
                    case Check.Value value -> throw new IllegalStateException(rule.toString());
                    case Check.Whole whole -> throw new IllegalStateException(rule.toString());
                }
            } catch (Unfit e) {
                throw new IllegalStateException(rule + ": " + e.getMessage(), e);
            }
        }
    }

    private long count(Relation of, String rows) throws SQLException, StoreException {
        return numbers(of, "SELECT count(*) FROM " + rows, 1)[0];
    }

    @FunctionalInterface
    private interface Ask<T> {
        T now() throws SQLException;
    }

    /** A question that derives canonical rows fails where the model does. */
    private <T> T ask(Relation of, Ask<T> ask) throws SQLException, StoreException {
        try {
            return ask.now();
        } catch (SQLException e) {
            Derivation derivation = derivations.stream().filter(one -> one.table().equals(of.table)).findFirst().orElse(null);
            if (derivation == null) {
                throw e;
            }
            throw new DerivationException(derivation, e);
        }
    }

    /** Counts for all of these rules at once; looks closer at those that are broken. */
    private void pass(Relation of, RuleSql terms, List<Rule> rules, List<String> about, List<String> broken) throws SQLException, StoreException {
        if (rules.isEmpty()) {
            return;
        }
        StringBuilder counts = new StringBuilder("SELECT count(*)");
        StringBuilder flags = new StringBuilder();
        for (int i = 0; i < rules.size(); i++) {
            counts.append(about.get(i).equals("true") ? ", count(*)" : ", count_if(a" + i + ")").append(", count_if(b").append(i).append(')');
            flags.append(i == 0 ? "" : ", ").append(about.get(i)).append(" AS a").append(i).append(", ").append(broken.get(i)).append(" AS b").append(i);
        }
        String question = counts + " FROM (SELECT " + flags + " FROM " + of.rows + ")";
        long[] numbers = numbers(of, question, 1 + 2 * rules.size());
        if (numbers[0] == 0) {
            return;
        }
        List<String> reasons = new ArrayList<>();
        List<String> aside = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            long bad = numbers[2 + 2 * i];
            note(of, rules.get(i), numbers[1 + 2 * i], bad, bad == 0 ? "" : example(of, terms, rules.get(i), broken.get(i)));
            if (bad > 0 && rules.get(i).action() == Action.QUARANTINE) {
                aside.add(broken.get(i));
                reasons.add("CASE WHEN " + broken.get(i) + " THEN " + reason(terms, rules.get(i)) + " END");
            }
        }
        if (!aside.isEmpty()) {
            String worst = String.join(" OR ", aside);
            ask(of, () -> sql.run("INSERT INTO bad SELECT _id, any_value(concat_ws('; ', " + String.join(", ", reasons) + ")) FROM " + of.rows + " WHERE (" + worst
                    + ") AND _id NOT IN (SELECT id FROM bad) GROUP BY _id"));
        }
    }

    /** Through a table: a result that is streamed tells of a model's error only that it is no result. */
    private long[] numbers(Relation of, String question, int columns) throws SQLException, StoreException {
        ask(of, () -> sql.run("CREATE TEMP TABLE counted AS " + question));
        long[] numbers = sql.first("FROM counted", row -> {
            long[] values = new long[columns];
            for (int i = 0; i < columns; i++) {
                values[i] = row.getLong(i + 1);
            }
            return values;
        });
        sql.run("DROP TABLE temp.counted");
        return numbers;
    }

    private static String reason(RuleSql terms, Rule rule) {
        try {
            return terms.reason(rule, EXAMPLE_LIMIT);
        } catch (Unfit e) {
            throw new IllegalStateException(rule + ": " + e.getMessage(), e);
        }
    }

    /** What broke it, and which row that is, where it has a name. */
    private String example(Relation of, RuleSql terms, Rule rule, String broken) throws SQLException, StoreException {
        String which = of.table != null || dataset.key().isEmpty() ? "" : " || ' (' || concat_ws(', ', " + String.join(", ", dataset.key().stream()
                .map(name -> Sql.text(name + " ") + " || left(CAST(" + Sql.name(name) + " AS VARCHAR), " + EXAMPLE_LIMIT + ")").toList()) + ") || ')'";
        String question = "SELECT " + reason(terms, rule) + which + " FROM " + of.rows + " WHERE " + broken + " LIMIT 1";
        String example = ask(of, () -> sql.first(question, row -> row.getString(1)));
        return example == null ? "" : example;
    }

    /** Two rows with one value: the one that is here stays, of those that come the first. */
    private void unique(Relation of, RuleSql terms, Rule rule, Check.Unique unique) throws SQLException, StoreException, Unfit {
        String names = names(unique.columns());
        List<String> present = new ArrayList<>(List.of(terms.subject(rule)));
        for (String column : unique.columns()) {
            present.add("NOT " + terms.empty(column));
        }
        String those = String.join(" AND ", present);
        String come = "(SELECT " + names + ", _id FROM " + of.latest + " WHERE " + those + " AND _id NOT IN (SELECT id FROM bad))";
        // Of those that stay only what comes again: the rest of a large table is read once and forgotten.
        String stay = "(SELECT " + names + " FROM " + of.staying + " WHERE " + those + ")";
        String again = "SELECT " + names + " FROM (SELECT " + names + " FROM " + come + " UNION ALL SELECT " + names + " FROM " + stay + " o SEMI JOIN " + come
                + " n USING (" + names + ")) GROUP BY ALL HAVING count(*) > 1";
        long rows = count(of, come);
        if (rows == 0) {
            return;
        }
        if (count(of, "(" + again + ")") == 0) {
            note(of, rule, rows, 0, "");
            return;
        }
        sql.run("CREATE TEMP TABLE twice (id BIGINT, reason VARCHAR)");
        long bad = ask(of, () -> sql.run("INSERT INTO twice SELECT _id, " + reason(terms, rule) + " FROM (SELECT " + names + ", _id FROM " + come + " SEMI JOIN (" + again
                + ") USING (" + names + ") UNION ALL SELECT " + names + ", -1 AS _id FROM " + stay + " SEMI JOIN (" + again + ") USING (" + names
                + ") QUALIFY row_number() OVER (PARTITION BY " + names + ") = 1) QUALIFY row_number() OVER (PARTITION BY " + names + " ORDER BY _id) > 1"));
        note(of, rule, rows, bad, sql.first("SELECT reason FROM twice LIMIT 1", row -> row.getString(1)));
        if (rule.action() == Action.QUARANTINE) {
            sql.run("INSERT INTO bad SELECT id, any_value(reason) FROM twice GROUP BY id");
        }
        sql.run("DROP TABLE temp.twice");
    }

    /** Where a value must exist: in what is there, and for the rule's own table in what comes too. */
    private RuleSql.Values values(Check.Exists exists, Relation of) throws SQLException, Unfit {
        boolean own = exists.connection() == null ? exists.table().equals(of.table)
                : of.table == null && exists.connection().equals(raw.connection()) && exists.table().equals(raw.dataset());
        if (own) {
            return new RuleSql.Values("(SELECT " + Sql.name(exists.of()) + " FROM " + of.latest + " WHERE _id NOT IN (SELECT id FROM bad) UNION ALL SELECT "
                    + Sql.name(exists.of()) + " FROM " + of.staying + ")", exists.of(), new RuleSql(of.columns).type(exists.of()));
        }
        String schema = exists.connection() == null ? "main" : "raw";
        String table = exists.connection() == null ? exists.table() : new RawTable(exists.connection(), exists.table()).name();
        Map<String, Type> there = columns(schema, table);
        if (there.isEmpty()) {
            throw new Unfit("there is no " + (exists.connection() == null ? exists.table() + " among the canonical tables"
                    : exists.connection() + "." + exists.table() + " yet"));
        }
        Type type = there.get(exists.of());
        if (type == null) {
            throw new Unfit(exists.place().substring(0, exists.place().lastIndexOf('.')) + " has no column " + exists.of() + "; it has "
                    + String.join(", ", there.keySet()));
        }
        return new RuleSql.Values(schema + "." + Sql.name(table), exists.of(), type);
    }

    private Map<String, Type> columns(String schema, String table) throws SQLException {
        return columns(sql, schema, table);
    }

    /** The columns of a table that are not the store's own; empty where there is no such table. */
    static Map<String, Type> columns(Sql sql, String schema, String table) throws SQLException {
        Map<String, Type> columns = new LinkedHashMap<>();
        sql.list("SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal AND schema_name = ? AND table_name = ?"
                + " AND NOT starts_with(column_name, '_') ORDER BY column_index", row -> columns.put(row.getString(1), Types.of(row.getString(2))), schema, table);
        return columns;
    }

    private static String names(List<String> columns) {
        return String.join(", ", columns.stream().map(Sql::name).toList());
    }

    private String called(Relation of, Rule rule) {
        return called(of.table, rule);
    }

    /** What a rule is called in the ledger. */
    static String called(String table, Rule rule) {
        return table == null ? rule.text() : table + ": " + rule.text();
    }

    private void note(Relation of, Rule rule, long checked, long broken, String example) {
        CheckRow here = new CheckRow(called(of, rule), rule.action().word(), checked, broken, example);
        found.merge(here.rule(), here, (one, other) -> new CheckRow(one.rule(), one.action(), one.checked() + other.checked(), one.broken() + other.broken(),
                one.example().isEmpty() ? other.example() : one.example()));
        if (broken > 0 && rule.action() == Action.FAIL) {
            failures.add("the rule '" + called(of, rule) + "' is broken by " + broken + " of " + checked + " rows, such as " + example);
        }
    }

    /** A rule that checks nothing must not pass: whoever wrote that a row shall not come in, or a load shall fail, is taken at his word. */
    private void cannot(Relation of, Rule rule, String why, long rows) {
        found.put(called(of, rule), new CheckRow(called(of, rule), rule.action().word(), rows, rows, why));
        if (rule.action() != Action.WARN) {
            failures.add("the rule '" + called(of, rule) + "' cannot be applied: " + why);
        }
    }
}
