package eider.cli;

import java.util.List;

/**
 * CSV by RFC 4180: CRLF at the end of each line, quotes where they are needed. A missing value is an empty field, an empty text is {@code ""}.
 *
 * <p>A value that begins with {@code =}, {@code +}, {@code -} or {@code @} is left as it is, although a spreadsheet that opens the file may take it
 * for a formula: this output is for programs, and a program must get what is stored. On a terminal, control characters other than line breaks are
 * made visible; into a file or pipe they go as they are.
 */
final class Csv implements RowWriter {
    private final Console console;

    Csv(Console console, List<Heading> headings) {
        this.console = console;
        row(headings.stream().map(Heading::key).toArray());
    }

    @Override
    public void row(Object... values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                line.append(',');
            }
            field(line, Values.text(values[i]));
        }
        // a line with a single missing value would be an empty line, which readers skip
        if (line.isEmpty()) {
            line.append("\"\"");
        }
        console.print(line.append("\r\n").toString());
    }

    @Override
    public void close() {
        // there is no end mark
    }

    private void field(StringBuilder line, String value) {
        if (value == null) {
            return;
        }
        String text = console.terminal() ? Text.plainLines(value) : value;
        boolean quoted = text.isEmpty() || text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        line.append(quoted ? "\"" + text.replace("\"", "\"\"") + "\"" : text);
    }
}
