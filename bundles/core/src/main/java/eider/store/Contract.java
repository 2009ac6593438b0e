package eider.store;

/** What happens when the columns of a dataset are not those that are here. */
public enum Contract {
    /** A new column is added, a wider type widens the column, a value that fits neither goes to quarantine, a column that vanished keeps what it held. */
    EVOLVE,
    /** The load fails before it changes anything, and its message says which columns are different. */
    FREEZE,
    /** The columns stay as they are: a row that holds something in a new column, or a value that only a wider type could take, goes to quarantine. */
    QUARANTINE
}
