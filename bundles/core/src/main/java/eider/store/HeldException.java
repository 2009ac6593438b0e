package eider.store;

/** A commit was not carried out because it would remove more than a set share of what is there. Nothing changed; a person may approve it. */
public final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HeldException(String message) {
        super(message, null, false, false);
    }
}
