package eider.tck;

/**
 * What the contract takes for granted. A connector that cannot do one of these says so by {@link SourceContract#lacks()}, and then the
 * contract proves that it indeed cannot: an ability that was won later does not stay untested.
 */
public enum Ability {
    /** Reading a full world sets more than one checkpoint, so that a read that was cut goes on from its middle. */
    RESUMES("S3"),
    /** A read from the last cursor finds what was added, altered and removed since. */
    NOTICES_CHANGES("S3"),
    /** It reaches its outside system by HTTP. A connector that lacks this sends nothing over the network at all. */
    HTTP("S6"),
    /** There is something to keep from people: an option of type PASSWORD, or data beyond what a connection may read. */
    SECRETS("S7"),
    /** It ships models, which fill canonical tables. */
    MODELS("S11"),
    /** Its outside system can call it: its source is an {@link eider.connector.Webhook} too. */
    WEBHOOKS("S12"),
    /** It can tell how much its outside system holds: its source is {@link eider.connector.Countable} too. */
    COUNTS("S14"),
    /**
     * What it is answered over HTTP is on the tape of a sync that is recorded, and it can be run with that tape in place of its network. The kit's client does so by itself.
     */
    REPLAYS("S15");

    private final String clause;

    Ability(String clause) {
        this.clause = clause;
    }

    /** The clause that asks for it. */
    public String clause() {
        return clause;
    }
}
