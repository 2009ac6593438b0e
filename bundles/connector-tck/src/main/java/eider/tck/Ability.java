package eider.tck;

/**
 * What the contract takes for granted. A connector that cannot do one of these says so by {@link SourceContract#lacks()}, and then the
 * contract proves that it indeed cannot: an ability that was won later does not stay untested.
 */
public enum Ability {
    /** Reading a full world sets more than one checkpoint, so that a read that was cut goes on from its middle. */
    RESUMES,
    /** A read from the last cursor finds what was added, altered and removed since. */
    NOTICES_CHANGES,
    /** There is something to keep from people: an option of type PASSWORD, or data beyond what a connection may read. */
    SECRETS
}
