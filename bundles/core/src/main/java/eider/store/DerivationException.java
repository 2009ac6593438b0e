package eider.store;

import java.sql.SQLException;

/** A model's SQL failed: its author is told. */
public final class DerivationException extends StoreException {
    private static final long serialVersionUID = 1L;

    DerivationException(RawTable raw, Derivation derivation, SQLException cause) {
        super("the model of " + raw.connection() + " that fills " + derivation.table() + " from " + raw.dataset() + " cannot be applied: " + Sql.sentence(cause), cause);
    }
}
