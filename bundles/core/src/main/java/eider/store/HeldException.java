package eider.store;

/** A commit was not carried out because it waits for a person's word: it would remove more than a set share of what is there, for instance. Nothing of it changed. */
public final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String advice;

    /** @param advice a sentence that says how to let it go on; empty where the message says it */
    public HeldException(String message, String advice) {
        super(message, null, false, false);
        this.advice = advice;
    }

    /** The whole of what there is to say. */
    public String sentences() {
        return getMessage() + ". Nothing of it was changed." + (advice.isEmpty() ? "" : " " + advice);
    }
}
