package eider.store;

import eider.connector.Type;
import eider.quality.Action;
import eider.quality.Check;
import eider.quality.Durations;
import eider.quality.Rule;
import eider.store.Ledger.CheckRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of the rules about a whole load, judged when it ends: how new the newest row is, and how many rows came. They cannot be judged earlier: the first thousand rows of
 * a history are old, and few.
 *
 * @param checks one for each of these rules that could be judged
 * @param failure why the load fails, or null
 */
public record Verdict(List<CheckRow> checks, String failure) {
    /** Nothing was to be judged. */
    public static final Verdict NONE = new Verdict(List.of(), null);
    private static final int TOLD = 3;
    /** How many loads of a connection are looked through for those to compare with. */
    private static final String BEFORE = "SELECT c.checked FROM ledger.checks c JOIN ledger.loads l ON l.id = c.load WHERE c.connection = ? AND c.dataset = ? AND c.load < ?"
            + " AND starts_with(c.rule, '" + Check.RowCount.BEGINNING + "') AND c.checked > 0 AND l.state IN ('COMMITTED', 'UNCHANGED') ORDER BY c.load DESC LIMIT ?";

    public Verdict {
        checks = List.copyOf(checks);
    }

    /**
     * Judges a load that has pushed everything. Changes nothing.
     *
     * @param derivations the canonical tables that the dataset feeds
     */
    public static Verdict of(Sql sql, String connection, String dataset, Handling handling, List<Derivation> derivations, long load, Instant now) throws SQLException {
        RawTable raw = new RawTable(connection, dataset);
        List<CheckRow> checks = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Rule rule : handling.rules()) {
            switch (rule.check()) {
                case Check.Newer newer -> add(checks, failures, rule, newer(sql, null, rule, newer, "raw", raw.name(), now));
                case Check.RowCount count -> add(checks, failures, rule, count(sql, raw, rule, count, load));
                case Check.Value value -> { }
                case Check.Unique unique -> { }
            }
        }
        for (Derivation derivation : derivations) {
            for (Rule rule : derivation.rules()) {
                if (rule.check() instanceof Check.Newer newer) {
                    add(checks, failures, rule, newer(sql, derivation.table(), rule, newer, "main", derivation.table(), now));
                }
            }
        }
        return new Verdict(checks, failures.isEmpty() ? null : String.join("; ", failures));
    }

    private static void add(List<CheckRow> checks, List<String> failures, Rule rule, CheckRow check) {
        if (check == null) {
            return;
        }
        checks.add(check);
        if (check.broken() > 0 && rule.action() == Action.FAIL) {
            failures.add("the rule '" + check.rule() + "' is broken: " + check.example());
        }
    }

    /** A value in the future says nothing of how new the rows are. */
    private static CheckRow newer(Sql sql, String table, Rule rule, Check.Newer newer, String schema, String name, Instant now) throws SQLException {
        String called = Checks.called(table, rule);
        Map<String, Type> columns = Checks.columns(sql, schema, name);
        Type type = columns.get(newer.column());
        if (type == null) {
            return new CheckRow(called, rule.action().word(), 1, 1, columns.isEmpty() ? "nothing was ever loaded"
                    : "there is no column " + newer.column() + "; there are " + String.join(", ", columns.keySet()));
        }
        String column = Sql.name(newer.column());
        // A day lasts until its end.
        String moment = switch (type.kind()) {
            case DATE -> "CAST(" + column + " + 1 AS TIMESTAMPTZ)";
            case TIMESTAMP -> "CAST(" + column + " AS TIMESTAMPTZ)";
            case INSTANT -> column;
            case TEXT -> "TRY_CAST(" + column + " AS TIMESTAMPTZ)";
            case BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> null;
        };
        if (moment == null) {
            return new CheckRow(called, rule.action().word(), 1, 1, newer.column() + " is of type " + type + ", which is no time");
        }
        Object newest = sql.first("SELECT max(m) FROM (SELECT " + moment + " AS m FROM " + schema + "." + Sql.name(name) + ") WHERE m <= ?::TIMESTAMPTZ + INTERVAL 1 DAY",
                row -> row.getObject(1), Ledger.time(now));
        Instant at = Ledger.instant(newest);
        if (at == null) {
            return new CheckRow(called, rule.action().word(), 1, 1, "no row has a " + newer.column());
        }
        boolean old = at.isBefore(now.minus(newer.age()));
        return new CheckRow(called, rule.action().word(), 1, old ? 1 : 0, old ? "the newest " + newer.column() + " is of " + (type.kind() == Type.Kind.DATE
                ? at.minusSeconds(1).toString().substring(0, 10) : at.toString()) + ", which is not newer than " + Durations.text(newer.age()) : "");
    }

    /** Null where nothing came: a load that finds nothing new says nothing about how much a load brings. */
    private static CheckRow count(Sql sql, RawTable raw, Rule rule, Check.RowCount count, long load) throws SQLException {
        long came = sql.number("SELECT checked FROM ledger.checks WHERE load = ? AND starts_with(rule, '" + Check.RowCount.BEGINNING + "')", load);
        if (came == 0) {
            return null;
        }
        List<Long> before = sql.list(BEFORE, row -> row.getLong(1), raw.connection(), raw.dataset(), load, count.loads());
        if (before.isEmpty()) {
            return new CheckRow(rule.text(), rule.action().word(), 0, 0, "");
        }
        double usual = before.stream().mapToLong(Long::longValue).average().orElseThrow();
        boolean off = Math.abs(came - usual) * 100 > usual * count.percent();
        return new CheckRow(rule.text(), rule.action().word(), 0, off ? 1 : 0, off ? came + " rows came; the last "
                + (before.size() == 1 ? "load had " : before.size() + " loads had on average ") + Math.round(usual) : "");
    }

    /**
     * One sentence about the rules that are broken, these and those that were judged by row; empty where none is.
     *
     * @param rows what came of the rules about rows
     */
    public String sentence(List<CheckRow> rows) {
        List<CheckRow> all = new ArrayList<>(rows.stream().filter(row -> checks.stream().noneMatch(check -> check.rule().equals(row.rule()))).toList());
        all.addAll(checks);
        return told(all);
    }

    private static String told(List<CheckRow> checks) {
        List<CheckRow> broken = checks.stream().filter(check -> check.broken() > 0).toList();
        if (broken.isEmpty()) {
            return "";
        }
        List<String> told = broken.stream().limit(TOLD).map(check -> check.rule() + (check.checked() > 1 && !check.rule().startsWith(Check.RowCount.BEGINNING)
                ? " (" + check.broken() + " of " + check.checked() + " rows" + (check.example().isEmpty() ? "" : ", such as " + check.example()) + ")"
                : check.example().isEmpty() ? "" : " (" + check.example() + ")")).toList();
        return broken.size() + " of " + checks.size() + (checks.size() == 1 ? " rule" : " rules") + (broken.size() == 1 ? " is" : " are") + " broken: "
                + String.join("; ", told) + (broken.size() > TOLD ? "; and " + (broken.size() - TOLD) + " more" : "") + ".";
    }
}
