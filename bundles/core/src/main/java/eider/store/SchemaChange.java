package eider.store;

import eider.connector.Type;

/**
 * A column of a dataset that is not as it was. Kept in {@code ledger.schema_changes}, and told with the load.
 *
 * @param field the column
 * @param kind what happened
 * @param before its type before; null where it is new
 * @param after its type at the source now; null where it vanished
 */
record SchemaChange(String field, Kind kind, Type before, Type after) {
    enum Kind {
        /** The source has a new column. */
        ADDED,
        /** The source has a wider type. */
        WIDENED,
        /** The source has another type, which cannot take what is here. */
        CLASHES,
        /** The source has the column no more. */
        VANISHED
    }

    /** For a person. */
    String sentence(Contract contract) {
        boolean taken = contract == Contract.EVOLVE;
        return switch (kind) {
            case ADDED -> "column " + field + " (" + after + ") is new" + (taken ? "" : contract == Contract.FREEZE ? "" : ", and rows that hold something in it go to quarantine");
            case WIDENED -> "column " + field + " is " + after + " at the source and was " + before + (contract == Contract.QUARANTINE ? "; values that need it go to quarantine" : "");
            case CLASHES -> "column " + field + " is " + after + " at the source and " + before + " here" + (contract == Contract.FREEZE ? "" : "; values that do not fit go to quarantine");
            case VANISHED -> "column " + field + " is not there any more" + (contract == Contract.FREEZE ? "" : ": it stays empty from now on");
        };
    }
}
