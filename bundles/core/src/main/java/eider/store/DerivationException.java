package eider.store;

import java.sql.SQLException;

/** A model's SQL failed: its author is told. */
public final class DerivationException extends StoreException {
    private static final long serialVersionUID = 1L;

    DerivationException(Derivation derivation, SQLException cause) {
        super(derivation.told() + " cannot be applied: " + Sql.sentence(cause), cause);
    }
}
