/**
 * Where the rows live. {@link eider.store.Store} is the one locked DuckDB instance with its one writer and its readers; {@link eider.store.Commit} carries out
 * what a load does, as one transaction, and leaves a {@link eider.store.ChangeSet} that says what that was; {@link eider.store.Stage} gathers rows outside of the
 * live database and {@link eider.store.Comparison} finds what they change, by the {@link eider.store.Handling} that the operator chose; {@link eider.store.Ledger} keeps
 * loads, cursors, parts and quarantine. Read {@code Commit} first: everything else serves it. Its two mirrors are {@link eider.store.Terms.Rehearsal}, by which a commit is
 * shown and not made, and {@link eider.store.Reversal}, by which one is taken back.
 *
 * <p>Only this package and {@code eider.store.ingest} touch DuckDB's own classes, and no code of ours ever opens a live database file (a copy made in the same JVM
 * released its lock; seen by running). The package knows nothing of sources, of models or of pages.
 */
package eider.store;
