package eider.sql;

/** A name in which {@code *} stands for any characters. Takes time in proportion to both lengths, whatever somebody writes. */
public record Pattern(String text) {

    public boolean matches(String name) {
        int at = 0;
        int in = 0;
        int star = -1;
        int from = 0;
        while (in < name.length()) {
            if (at < text.length() && text.charAt(at) == '*') {
                star = at++;
                from = in;
            } else if (at < text.length() && text.charAt(at) == name.charAt(in)) {
                at++;
                in++;
            } else if (star >= 0) {
                at = star + 1;
                in = ++from;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == '*') {
            at++;
        }
        return at == text.length();
    }

    /** Whether it stands for one name alone. */
    public boolean plain() {
        return text.indexOf('*') < 0;
    }
}
