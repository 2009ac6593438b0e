package eider.people;

import eider.engine.EngineException;

/** What a person asked for is not possible; the message is a sentence for that person, which tells nothing about others. */
public class RefusedException extends EngineException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
