package eider.tck.ledger;

import eider.connector.Source;
import eider.tck.Ability;
import java.util.Set;

/** The contract for the ledger that counts, or for one of its broken kin. */
public class CountingLedgerContract extends LedgerContract {

    public CountingLedgerContract() {
        this(CountingLedgerSource.class);
    }

    protected CountingLedgerContract(Class<? extends Source> type) {
        super(type);
    }

    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS);
    }
}
