package eider.tck.ledger;

import eider.tck.FelixContract;

/** The contract passes a source that keeps it, inside Felix. */
class LedgerInFelixTest extends LedgerContract implements FelixContract {}
