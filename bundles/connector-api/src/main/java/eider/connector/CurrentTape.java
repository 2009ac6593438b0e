package eider.connector;

/** Which tape a thread's call of a source has. */
final class CurrentTape {
    static final ThreadLocal<Tape> OF_THREAD = new ThreadLocal<>();

    private CurrentTape() {}
}
