package eider.tck.till;

import eider.tck.FelixContract;

/** The contract passes a source with all abilities, inside Felix. */
class TillInFelixTest extends TillContract implements FelixContract {}
