package eider.store;

import eider.store.Commit.Outcome;
import eider.store.Ledger.LoadRow;
import eider.store.Ways.Way;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Derives all canonical rows of a dataset anew, in one transaction, because its models are not those by which they were derived: one came, changed or
 * went. Raw rows stay as they are, but for those that a rule of a canonical table keeps aside now. It is a load of its own, which stands in the way
 * of taking older ones back and can be taken back itself: the rows are derived then as they had been before.
 *
 * <p>The rows go through one statement for each canonical table, whatever their number; nothing is joined with them.
 */
public final class Rederivation {
    /** In the transaction of a rehearsal that goes on with the load itself: that load is 0. */
    private static final long REHEARSED = -1;

    private final Store store;
    private final Pending nothing;
    private final List<Derivation> derivations;
    private final Map<String, Map<String, String>> measures;
    private final Terms terms;
    private final RawTable raw;

    /**
     * @param nothing of the dataset, with nothing in it
     * @param derivations into which canonical tables it goes from now on
     * @param measures the figures that people look at in each canonical table that there is
     */
    public Rederivation(Store store, Pending nothing, List<Derivation> derivations, Map<String, Map<String, String>> measures, Terms terms) {
        this.store = store;
        this.nothing = nothing;
        this.derivations = List.copyOf(derivations);
        this.measures = measures;
        this.terms = terms;
        this.raw = new RawTable(nothing.connection(), nothing.dataset().name());
    }

    /** Whether there are rows that were derived otherwise than they would be now. */
    public boolean isDue() throws StoreException {
        return store.read(sql -> raw.exists(sql) && sql.number("SELECT count(*) FROM (FROM " + raw.sql() + " LIMIT 1)") > 0 && !Ways.areCurrent(sql,
                raw, wanted(sql)));
    }

    private List<Way> wanted(Sql sql) throws SQLException {
        Set<String> columns = raw.columns(sql).keySet();
        return derivations.stream().map(derivation -> new Way(derivation.table(), derivation.select(Reversal.ROWS, columns))).toList();
    }

    /**
     * Carries it out.
     *
     * @param load the load that it is
     * @throws HeldException if more rows would go to quarantine than may go without a person's word, or if it is not what was planned
     */
    public Outcome apply(LoadRow load) throws StoreException, InterruptedException {
        if (terms instanceof Terms.Rehearsal) {
            return store.rehearse(null, sql -> in(sql, load));
        }
        Outcome outcome = store.write(sql -> in(sql, load));
        store.reached(Step.DERIVED_ANEW_FOR_GOOD);
        store.changed();
        return outcome;
    }

    /** The same as the beginning of a rehearsal that goes on with something else. */
    void rehearse(Sql sql) throws SQLException, StoreException {
        in(sql, new LoadRow(REHEARSED, "", raw.connection(), raw.dataset(), "RUNNING", store.clock().instant(), null, 0, 0, 0, 0, "", ""));
    }

    private Outcome in(Sql sql, LoadRow load) throws SQLException, StoreException {
        Holds.check(sql, raw.connection(), raw.dataset());
        Instant now = store.clock().instant();
        Ledger.Before before = Ledger.Before.of(sql, raw.connection(), raw.dataset());
        Set<String> columns = raw.columns(sql).keySet();
        Set<String> tables = new LinkedHashSet<>(derivations.stream().map(Derivation::table).toList());
        tables.addAll(Ledger.fed(sql, raw));
        Preview preview = new Preview(sql, raw, figures(tables), load.id(), store.rowIds().last());
        if (terms instanceof Terms.Rehearsal) {
            preview.beginAnew(tables);
        }
        Map<String, Long> went = new LinkedHashMap<>();
        for (String table : tables) {
            went.put(table, sql.run("DELETE FROM main." + Sql.name(table) + " WHERE load IN " + Ways.loads(raw)));
        }
        store.reached(Step.OLD_DERIVED_ROWS_GONE);
        derive(sql, columns);
        Counts counts = new Counts();
        long rows = sql.number("SELECT count(*) FROM " + raw.sql());
        Checks checks = new Checks(sql, raw, nothing, raw.columns(sql), derivations, load.id(), now);
        counts.quarantined = checks.derivedAnew();
        checks.record();
        List<String> warnings = warnings(sql, load.id(), counts.quarantined, rows);
        String message = LoadText.message(load.message(), List.of(told(sql, went, counts)));
        store.reached(Step.DERIVED_ANEW);
        long last = store.rowIds().last();
        String first = derivations.isEmpty() ? null : derivations.getFirst().table();
        ChangeSet changes = new ChangeSet(load.id(), ChangeSet.Lane.DERIVED, raw.name(), first, last, last, counts.inserted, counts.updated,
                counts.removed, counts.quarantined);
        Ledger.changeSet(sql, changes, before, before.cursor(), now, Ledger.ways(sql, derivations, columns));
        LoadRow after = new LoadRow(load.id(), load.run(), load.connection(), load.dataset(), "RUNNING", load.started(), null, counts.inserted,
                counts.updated, counts.removed, counts.quarantined, "", message);
        if (load.id() > 0) {
            Ledger.load(sql, after);
        }
        store.reached(Step.DERIVED_ANEW_RECORDED);
        return switch (terms) {
            case Terms.Rehearsal rehearsal -> new Outcome(changes, after, preview.plannedAnew(changes, rows, warnings, message),
                    preview.digestAnew(derivations, columns, Ways.loads(raw)));
            case Terms.AsPlanned planned -> {
                if (!planned.digest().equals(preview.digestAnew(derivations, columns, Ways.loads(raw)))) {
                    throw new HeldException("the models of " + raw.dataset() + " are not as they were when its plan was made, or what is here is not",
                            "Look again with 'eider plan " + raw.connection() + "'.");
                }
                yield new Outcome(changes, after, null, "");
            }
            case Terms.Attended attended -> new Outcome(changes, after, null, "");
            case Terms.Unattended unattended -> new Outcome(changes, after, null, "");
            case Terms.Approved approved -> new Outcome(changes, after, null, "");
        };
    }

    private void derive(Sql sql, Set<String> columns) throws SQLException, DerivationException {
        store.rowIds().loads(sql, raw);
        for (Derivation derivation : derivations) {
            try {
                sql.run(insert(derivation.table(), derivation.select(raw.sql(), columns)));
            } catch (SQLException e) {
                throw new DerivationException(derivation, e);
            }
        }
    }

    /** Why somebody should look at it first: sentences without a full stop. Where a model is plainly wrong nobody needs to say that he does not want it. */
    private List<String> warnings(Sql sql, long load, long bad, long rows) throws SQLException {
        if (bad * 100 <= rows * nothing.handling().largestRemoval()) {
            return List.of();
        }
        String warning = "its model changed, and by it " + bad + " of the " + rows + " rows of " + raw.dataset()
                + " break rules and would go to quarantine, such as: "
                + sql.first("SELECT reason FROM ledger.quarantine WHERE load = ? ORDER BY id LIMIT 1", row -> row.getString(1), load);
        if (terms instanceof Terms.Attended || terms instanceof Terms.Unattended) {
            throw new HeldException(warning, "Mend the model; if it is meant so, sync again with --approve.");
        }
        return List.of(warning);
    }

    /** Counts what is there now against what went, and says it: a sentence without a full stop. */
    private String told(Sql sql, Map<String, Long> went, Counts counts) throws SQLException {
        List<String> told = new ArrayList<>();
        for (Map.Entry<String, Long> table : went.entrySet()) {
            long out = table.getValue();
            boolean wanted = derivations.stream().anyMatch(derivation -> derivation.table().equals(table.getKey()));
            long in = !wanted ? 0 : sql.number("SELECT count(*) FROM main." + Sql.name(table.getKey()) + " WHERE load IN " + Ways.loads(raw));
            counts.updated += Math.min(out, in);
            counts.inserted += in - Math.min(out, in);
            counts.removed += out - Math.min(out, in);
            if (wanted || out > 0) {
                long rows = wanted ? in : out;
                told.add(String.format(Locale.ROOT, "%,d row%s of %s %s", rows, rows == 1 ? "" : "s", table.getKey(),
                        !wanted ? "taken out" : out > 0 ? "derived anew" : "derived"));
            }
        }
        String what = derivations.isEmpty() ? "its model is gone" : went.values().stream().allMatch(out -> out == 0) ? "its model is new"
                : "its model changed";
        return what + ": " + (told.isEmpty() ? "no rows were derived by it" : String.join(", ", told));
    }

    private Map<String, Map<String, String>> figures(Set<String> tables) {
        Map<String, Map<String, String>> figures = new LinkedHashMap<>();
        tables.forEach(table -> figures.put(table, measures.getOrDefault(table, Map.of())));
        return figures;
    }

    /** Each row with the load that brought its raw row, see {@link RowIds#loads}. */
    static String insert(String table, String select) {
        return "INSERT INTO main." + Sql.name(table) + " BY NAME SELECT *, load_of(_row) AS load FROM (" + select + ")";
    }
}
