package eider.store;

import eider.store.Ledger.CheckRow;
import java.util.List;

/** A rule that fails a load was broken, or a rule cannot be applied: nothing of the commit remains, and its author is told. */
public final class RuleException extends StoreException {
    private static final long serialVersionUID = 1L;
    private final transient List<CheckRow> checks;

    RuleException(String message, List<CheckRow> checks) {
        super(message);
        this.checks = List.copyOf(checks);
    }

    /** What was found until then, for the record: that of the transaction is gone with it. */
    public List<CheckRow> checks() {
        return checks;
    }
}
