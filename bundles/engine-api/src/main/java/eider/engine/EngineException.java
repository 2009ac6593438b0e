package eider.engine;

/** Something that was asked for could not be done. The message is one sentence for the person who asked, says what to do, and holds no secret. */
public class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
