package eider.store;

import java.util.List;

/** The tables of a database, as each version of the schema made them. What was released is never edited: a change is a new migration. */
final class Schema {

    /**
     * The canonical columns are public names, described in {@code docs/sql.md}. {@code _row} ties a canonical row to its raw row; names that begin with an
     * underscore are the store's own. No index and no key on tables that grow: on ten million rows an insert took 15.9 s with a key and under 1 s without.
     */
    static final List<String> FIRST = List.of(
            "CREATE SCHEMA ledger",
            "CREATE SCHEMA raw",
            "CREATE SCHEMA undo",
            "CREATE SEQUENCE ledger.load_ids",
            "CREATE SEQUENCE ledger.row_ids",
            "CREATE SEQUENCE ledger.quarantine_ids",
            "CREATE TABLE ledger.schema_versions (version INTEGER, what VARCHAR, done_at TIMESTAMPTZ)",
            """
            CREATE TABLE ledger.loads (
                id BIGINT, run VARCHAR, connection VARCHAR, dataset VARCHAR, state VARCHAR, started TIMESTAMPTZ, finished TIMESTAMPTZ,
                inserted BIGINT, updated BIGINT, removed BIGINT, quarantined BIGINT, places VARCHAR, message VARCHAR)""",
            """
            CREATE TABLE ledger.change_sets (
                load BIGINT, lane VARCHAR, raw_table VARCHAR, canonical VARCHAR, first_row BIGINT, last_row BIGINT, inserted BIGINT, updated BIGINT, removed BIGINT,
                cursor_before VARCHAR, cursor_after VARCHAR, committed_at TIMESTAMPTZ)""",
            "CREATE TABLE ledger.cursors (connection VARCHAR, dataset VARCHAR, cursor VARCHAR, load BIGINT)",
            "CREATE TABLE ledger.parts (id INTEGER, connection VARCHAR, dataset VARCHAR, name VARCHAR, fingerprint VARCHAR, load BIGINT)",
            """
            CREATE TABLE ledger.quarantine (
                id BIGINT, load BIGINT, connection VARCHAR, dataset VARCHAR, part VARCHAR, place VARCHAR, reason VARCHAR, raw VARCHAR, met_at TIMESTAMPTZ,
                resolved_by BIGINT)""",
            """
            CREATE TABLE sales (
                date DATE, occurred_at TIMESTAMPTZ, kind VARCHAR, source VARCHAR, source_id VARCHAR, order_id VARCHAR, customer VARCHAR,
                product_name VARCHAR, category VARCHAR, channel VARCHAR, region VARCHAR, user_id VARCHAR,
                quantity DECIMAL(18,4), unit_price DECIMAL(18,4), gross DECIMAL(18,4), discount DECIMAL(18,4), tax DECIMAL(18,4), shipping DECIMAL(18,4),
                net DECIMAL(18,4), total_amount DECIMAL(18,4), currency VARCHAR, original_amount DECIMAL(18,4), load BIGINT, _row BIGINT)""",
            """
            CREATE TABLE products (
                source VARCHAR, source_id VARCHAR, name VARCHAR, category VARCHAR, price DECIMAL(18,4), currency VARCHAR, stock_quantity DECIMAL(18,4),
                load BIGINT, _row BIGINT)""");

    /** The key by which a dataset's rows are told apart, so that a change of it is noticed. */
    static final List<String> DATASETS = List.of("CREATE TABLE ledger.datasets (connection VARCHAR, dataset VARCHAR, key VARCHAR)",
            // Rows are numbered by RowIds.
            "DROP SEQUENCE ledger.row_ids");

    /** What a sync engine must remember to be trusted: columns as they were, checks, how a bad row could be mended, versions. */
    static final List<String> TRUST = List.of(
            "CREATE SCHEMA history",
            // The fields as the source last declared them, "name TYPE" in each line; empty: not known. When everything there is was last read, or never.
            "ALTER TABLE ledger.datasets ADD COLUMN fields VARCHAR DEFAULT ''",
            "ALTER TABLE ledger.datasets ADD COLUMN complete_at TIMESTAMPTZ",
            "CREATE TABLE ledger.schema_changes (load BIGINT, connection VARCHAR, dataset VARCHAR, field VARCHAR, change VARCHAR, before VARCHAR, after VARCHAR)",
            """
            CREATE TABLE ledger.checks (
                load BIGINT, connection VARCHAR, dataset VARCHAR, rule VARCHAR, action VARCHAR, checked BIGINT, broken BIGINT, example VARCHAR, made_at TIMESTAMPTZ)""",
            // The row field by field, {"name": "text as it came"}, where it could be parted; as a person mended it, who and when.
            "ALTER TABLE ledger.quarantine ADD COLUMN record VARCHAR",
            "ALTER TABLE ledger.quarantine ADD COLUMN mended VARCHAR",
            "ALTER TABLE ledger.quarantine ADD COLUMN mended_by VARCHAR",
            "ALTER TABLE ledger.quarantine ADD COLUMN mended_at TIMESTAMPTZ");

    /** What a load must leave behind so that it can be shown before, taken back after, and followed to where it came from. */
    static final List<String> TAKING_BACK = List.of(
            // What was so before the first commit of a load that changed it, so that undo can put it back. A part's fingerprint: null where there was no such part.
            "ALTER TABLE ledger.change_sets ADD COLUMN fields_before VARCHAR",
            "ALTER TABLE ledger.change_sets ADD COLUMN complete_before TIMESTAMPTZ",
            // How its canonical rows were derived: ids of ledger.derivations with blanks between them.
            "ALTER TABLE ledger.change_sets ADD COLUMN derivations VARCHAR",
            // By first_row a commit of the load: that of its change set, where it changed anything.
            """
            CREATE TABLE ledger.part_reads (
                load BIGINT, connection VARCHAR, dataset VARCHAR, part INTEGER, name VARCHAR, before VARCHAR, after VARCHAR, load_before BIGINT, changed BOOLEAN, first_row BIGINT)""",
            "CREATE TABLE ledger.derivations (id INTEGER, canonical VARCHAR, sql VARCHAR)",
            "CREATE TABLE ledger.undone (load BIGINT, done_at TIMESTAMPTZ, who VARCHAR, taken_out BIGINT, put_back BIGINT)",
            // A dataset of which something was taken back waits for a word. Where it goes on if what was taken back is skipped; the first load that was taken back.
            "CREATE TABLE ledger.holds (connection VARCHAR, dataset VARCHAR, load BIGINT, cursor VARCHAR, complete_at TIMESTAMPTZ, held_at TIMESTAMPTZ)",
            """
            CREATE TABLE ledger.held_parts (
                connection VARCHAR, dataset VARCHAR, load BIGINT, part INTEGER, name VARCHAR, fingerprint VARCHAR, fingerprint_load BIGINT)""",
            // Loads up to this one cannot be taken back: images were forgotten.
            "CREATE TABLE ledger.forgotten (connection VARCHAR, dataset VARCHAR, load BIGINT, done_at TIMESTAMPTZ)",
            // What a person was shown last of what a sync would do.
            "CREATE TABLE ledger.plans (connection VARCHAR, dataset VARCHAR, made_at TIMESTAMPTZ, digest VARCHAR)",
            // What came of comparing a dataset with its source: "field here there" in each line of sums.
            """
            CREATE TABLE ledger.comparisons (
                id BIGINT, connection VARCHAR, dataset VARCHAR, load BIGINT, begun TIMESTAMPTZ, outcome VARCHAR, rows_here BIGINT, rows_there BIGINT, quarantined BIGINT,
                sums VARCHAR, message VARCHAR)""",
            // The last load of a dataset that read its source to the end, and when it began.
            "CREATE TABLE ledger.completed (connection VARCHAR, dataset VARCHAR, load BIGINT, began TIMESTAMPTZ)",
            "INSERT INTO ledger.completed SELECT connection, dataset, max(id), max(started) FROM ledger.loads WHERE state IN ('COMMITTED', 'UNCHANGED')"
                    + " GROUP BY connection, dataset");

    private Schema() {}
}
