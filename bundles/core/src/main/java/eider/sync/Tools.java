package eider.sync;

import eider.connector.Sniffer;
import eider.store.Budget;
import eider.store.Store;

/**
 * What every run works with.
 *
 * @param turns one for each run that is not waiting
 */
record Tools(Store store, LoadHistory history, Sniffer sniffer, Datasets datasets, Time time, Budget turns) {}
