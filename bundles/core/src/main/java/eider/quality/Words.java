package eider.quality;

/** Reads a line word by word. A word in single or double quotes may hold anything, its own quote doubled. */
final class Words {
    private final String text;
    private int at;

    Words(String text) {
        this.text = text;
    }

    /** A value as it can be written: in quotes where it must be. */
    static String quoted(String value) {
        return plain(value) && value.indexOf(',') < 0 ? value : inQuotes(value);
    }

    /** A pattern as it can be written. */
    static String quotedPattern(String pattern) {
        return plain(pattern) ? pattern : inQuotes(pattern);
    }

    private static String inQuotes(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    private static boolean plain(String value) {
        return !value.isEmpty() && value.chars().noneMatch(c -> Character.isWhitespace(c) || c == ';') && !value.startsWith("'") && !value.startsWith("\"")
                && !value.contains("->");
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    boolean end() {
        skip();
        return at == text.length();
    }

    /** Whether the line goes on with this; if so, it is passed. A word must end there. */
    boolean passed(String wanted) {
        skip();
        int end = at + wanted.length();
        if (!text.regionMatches(true, at, wanted, 0, wanted.length()) || Character.isLetter(wanted.charAt(wanted.length() - 1)) && end < text.length()
                && !ends(end)) {
            return false;
        }
        at = end;
        return true;
    }

    /** Several words, each passed, or none of them. */
    boolean passedAll(String... wanted) {
        int before = at;
        for (String word : wanted) {
            if (!passed(word)) {
                at = before;
                return false;
            }
        }
        return true;
    }

    private boolean ends(int place) {
        return Character.isWhitespace(text.charAt(place)) || text.charAt(place) == ',' || text.startsWith("->", place);
    }

    /** The next word; a comma or an arrow ends it. Empty at the end of the line. */
    String word() {
        return next(true);
    }

    /** The next word; only white space and an arrow end it, for a pattern such as {@code [A-Z]{2,3}}. */
    String pattern() {
        return next(false);
    }

    private String next(boolean commaEnds) {
        skip();
        if (at == text.length()) {
            return "";
        }
        char quote = text.charAt(at);
        if (quote == '\'' || quote == '"') {
            return inQuotes(quote);
        }
        int begin = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && !text.startsWith("->", at) && !(commaEnds && text.charAt(at) == ',')) {
            at++;
        }
        return text.substring(begin, at);
    }

    private String inQuotes(char quote) {
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            if (text.charAt(i) != quote) {
                value.append(text.charAt(i));
            } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                value.append(quote);
                i++;
            } else {
                at = i + 1;
                return value.toString();
            }
        }
        throw new IllegalArgumentException("a quote is opened and not closed: " + text.substring(at));
    }

    /** What was not read yet. */
    String rest() {
        skip();
        return text.substring(at);
    }
}
