package eider.tck.ledger;

/** The contract passes a source that keeps it, in a plain JVM. */
class LedgerTest extends LedgerContract {}
