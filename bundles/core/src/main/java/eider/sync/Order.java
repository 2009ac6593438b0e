package eider.sync;

/**
 * What a run is to do.
 *
 * @param run its name in the ledger and on every line of the log
 * @param approved whether it may remove more than half of what is there
 */
record Order(String run, String connection, boolean approved, String baseCurrency, SyncOptions options) {}
