package eider.tck.ledger;

/** The contract passes a source that counts, and keeps it. */
class CountingLedgerTest extends CountingLedgerContract {}
