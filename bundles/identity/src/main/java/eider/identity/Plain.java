package eider.identity;

/** Makes texts of others harmless for terminals, logs and lines, and as long as there is room. */
final class Plain {
    private Plain() {}

    /** Control characters, marks of direction, line separators and halves of characters are written out as {@code \}{@code u001b}. */
    static String text(String text, int longest) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        StringBuilder plain = new StringBuilder(Math.min(text.length(), longest) + 16);
        for (int i = 0; i < text.length() && plain.length() <= longest; ) {
            int code = text.codePointAt(i);
            i += Character.charCount(code);
            if (harmless(code)) {
                plain.appendCodePoint(code);
            } else if (code == '\n') {
                plain.append("\\n");
            } else if (code == '\t') {
                plain.append("\\t");
            } else {
                plain.append(String.format("\\u%04x", code));
            }
        }
        if (plain.length() > longest) {
            int end = longest - 1;
            plain.setLength(Character.isHighSurrogate(plain.charAt(end - 1)) ? end - 1 : end);
            plain.append('…');
        }
        return plain.toString();
    }

    static boolean harmless(String text) {
        return text.codePoints().allMatch(Plain::harmless);
    }

    private static boolean harmless(int code) {
        return switch (Character.getType(code)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.UNASSIGNED, Character.PRIVATE_USE -> false;
            default -> true;
        };
    }
}
