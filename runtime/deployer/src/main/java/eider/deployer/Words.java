package eider.deployer;

/** Text from outside, made fit for a log line or a terminal. */
final class Words {
    private static final int LONGEST = 300;

    private Words() {}

    /** Without line breaks, escape sequences and characters that turn the writing direction; cut where it is very long. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(LONGEST + 1L).forEach(c -> plain.appendCodePoint(visible(c) ? c : '?'));
        return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "…" : plain.toString();
    }

    private static boolean visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
