package eider.sync;

import eider.store.Terms;
import eider.sync.tape.Calls;
import java.util.Map;

/**
 * What a run is to do.
 *
 * @param run its name in the ledger and on every line of the log
 * @param terms on which it may remove and replace; of {@link Terms.AsPlanned} each dataset has its own, in {@code plan}
 * @param plan the digests of what was shown of each dataset, where just that is to be done; else empty. Two with a blank between them where its rows were to be derived anew
 *     before the load
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
        return plan.isEmpty() ? terms : new Terms.AsPlanned(planned(dataset).substring(planned(dataset).indexOf(' ') + 1));
    }

    /** The same for what comes before the load: that the rows which are here are derived anew. */
    Terms renewal(String dataset) {
        return plan.isEmpty() ? terms : new Terms.AsPlanned(planned(dataset).substring(0, Math.max(0, planned(dataset).indexOf(' '))));
    }

    private String planned(String dataset) {
        return plan.get(dataset);
    }
}
