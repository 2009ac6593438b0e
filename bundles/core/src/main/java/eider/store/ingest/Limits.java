package eider.store.ingest;

/**
 * How much one file may ask for.
 *
 * @param memory of a throw-away DuckDB instance, as DuckDB writes it: {@code 512MB}
 * @param threads of a throw-away DuckDB instance
 * @param lineBytes the longest row, decoded; a longer one is refused
 * @param expandedBytes the largest size after decompression
 * @param expansion how many times larger than the compressed file its content may be, once it is larger than {@link #EXPANSION_FREE}
 * @param rest called by whoever reads a file, after every some ten kilobytes; may make the caller wait for others who are more in a hurry
 */
public record Limits(String memory, int threads, int lineBytes, long expandedBytes, int expansion, Runnable rest) {
    /** Content up to this size is never called a bomb: a hundred megabytes of equal lines compress a thousandfold. */
    static final long EXPANSION_FREE = 100L << 20;

    /** What is used where nobody says otherwise. */
    public static final Limits DEFAULT = new Limits("512MB", 2, 2 << 20, 64L << 30, 1_000);

    public Limits(String memory, int threads, int lineBytes, long expandedBytes, int expansion) {
        this(memory, threads, lineBytes, expandedBytes, expansion, () -> { });
    }

    /** The same, with another rest. */
    public Limits resting(Runnable rest) {
        return new Limits(memory, threads, lineBytes, expandedBytes, expansion, rest);
    }

    public Limits {
        if (memory.isBlank() || threads < 1 || lineBytes < 1 || expandedBytes < 1 || expansion < 1) {
            throw new IllegalArgumentException("a limit must be positive");
        }
    }
}
