package eider.sync.tape;

/** How large what may be, in a file that anybody may have made. */
final class Limit {
    /** Bytes of a line. */
    static final int LINE = 32 << 20;
    /** Plain bytes in one compressed member: a line of the greatest length, and what was gathered before it. */
    static final int MEMBER = LINE + (2 << 20);
    /** Plain bytes of a recording, for each byte that its file may have. */
    static final int UNPACKED = 20;
    /** Characters of a question; of a longer one its beginning and its sum are kept. */
    static final int QUESTION = 64 << 10;
    /** Bytes of a piece of a body. */
    static final int PIECE = 48 << 10;

    private Limit() {}
}
