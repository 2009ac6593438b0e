package eider.sync;

import eider.store.Terms;
import eider.sync.tape.Calls;
import java.util.Map;

/**
 * What a run is to do.
 *
 * @param run its name in the ledger and on every line of the log
 * @param terms on which it may remove and replace; of {@link Terms.AsPlanned} each dataset has its own, in {@code plan}
 * @param plan the digests of what was shown of each dataset, where just that is to be done; else empty
 * @param comparing whether nothing is read, and what is here only compared with what the source counts
 * @param calls how it calls its source
 */
record Order(String run, String connection, Terms terms, Map<String, String> plan, boolean comparing, String baseCurrency, SyncOptions options, Calls calls) {

    /** Whether nothing is to be done, and only shown. */
    boolean rehearsal() {
        return terms instanceof Terms.Rehearsal;
    }

    /** Whether the dataset is to be read at all. */
    boolean wants(String dataset) {
        return plan.isEmpty() || plan.containsKey(dataset);
    }

    Terms terms(String dataset) {
        return plan.isEmpty() ? terms : new Terms.AsPlanned(plan.get(dataset));
    }
}
