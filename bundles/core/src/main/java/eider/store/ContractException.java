package eider.store;

/** The columns of a dataset are not those that its contract froze. Nothing was changed. */
public final class ContractException extends StoreException {
    private static final long serialVersionUID = 1L;

    ContractException(String message) {
        super(message);
    }
}
