package eider.tck.till;

/** The contract passes a source with all abilities, in a plain JVM. */
class TillTest extends TillContract {}
