package eider.engine;

/** Told how a long task gets on, from the thread that does it; must return at once. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (doing, done, total) -> {};

    /**
     * @param doing what is being done: {@code "reading sales.csv"}
     * @param done how much of it, in whatever unit
     * @param total of how much; 0 where it is not known
     */
    void at(String doing, long done, long total);
}
