package eider.store;

import eider.quality.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How changed raw rows become rows of a canonical table. Supplied by the model, applied by the {@link Commit} in the load's own transaction. */
public interface Derivation {

    /** The canonical table. */
    String table();

    /** What it is called where it fails: the subject of a sentence. */
    String told();

    /**
     * A SELECT whose columns are columns of the canonical table, {@code _row} among them and {@code load} not.
     *
     * @param rows SQL of the raw rows, a table expression. What stands before it in the text depends on {@code columns} alone
     * @param columns the fields that the raw rows have
     */
    String select(String rows, Set<String> columns);

    /** The figures that people look at in the canonical table: an aggregate in SQL by the name of each. */
    Map<String, String> measures();

    /** What the canonical rows shall be like. */
    List<Rule> rules();
}
