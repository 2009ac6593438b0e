package eider.store;

/** A model's SQL failed: its author is told. */
public final class DerivationException extends StoreException {
    private static final long serialVersionUID = 1L;

    DerivationException(String message, Throwable cause) {
        super(message, cause);
    }
}
