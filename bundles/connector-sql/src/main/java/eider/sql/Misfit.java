package eider.sql;

/** A value that its field cannot hold; the message says why, as a sentence. */
public final class Misfit extends Exception {
    private static final long serialVersionUID = 1L;

    public Misfit(String message) {
        super(message, null, false, false);
    }
}
