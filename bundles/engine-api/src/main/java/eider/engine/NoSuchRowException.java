package eider.engine;

/** What was asked for is not here; the message says what there is, or what became of it. */
public class NoSuchRowException extends EngineException {
    private static final long serialVersionUID = 1L;

    public NoSuchRowException(String message) {
        super(message);
    }
}
