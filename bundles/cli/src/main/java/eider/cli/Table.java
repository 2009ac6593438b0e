package eider.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Columns that stand below each other. The first rows decide how wide they are, then rows are written as they come; a later value that is wider
 * pushes its line out of step, on a terminal it is cut. Nothing is cut where the output is not a terminal.
 */
final class Table implements RowWriter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final int MEASURED = 500;
    private static final int NARROWEST = 8;
    private static final String GAP = "  ";

    private final Console console;
    private final List<Heading> headings;
    private final List<String[]> waiting = new ArrayList<>();
    private int[] widths;

    Table(Console console, List<Heading> headings) {
        this.console = console;
        this.headings = headings;
    }

    @Override
    public void row(Object... values) {
        String[] cells = new String[values.length];
        for (int i = 0; i < values.length; i++) {
            cells[i] = cell(headings.get(i), values[i]);
        }
        if (widths != null) {
            write(cells);
        } else if (waiting.add(cells) && waiting.size() == MEASURED) {
            begin();
        }
    }

    @Override
    public void close() {
        if (widths == null) {
            begin();
        }
    }

    private static String cell(Heading heading, Object value) {
        return switch (value) {
            case null -> heading.empty();
            case Long number when heading.grouped() -> Text.grouped(number);
            case Instant instant -> TIME.format(instant.atZone(ZoneId.systemDefault()));
            default -> Text.plain(Values.text(value));
        };
    }

    private void begin() {
        widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Text.width(headings.get(i).title());
            for (String[] cells : waiting) {
                widths[i] = Math.max(widths[i], Text.width(cells[i]));
            }
        }
        if (console.terminal()) {
            narrow();
        }
        write(headings.stream().map(Heading::title).toArray(String[]::new));
        waiting.forEach(this::write);
        waiting.clear();
    }

    /** Takes from the widest column until the line fits, or every column is narrow: then lines are cut at the edge. */
    private void narrow() {
        int room = console.width() - GAP.length() * (widths.length - 1);
        while (Arrays.stream(widths).sum() > room) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                if (widths[i] > widths[widest]) {
                    widest = i;
                }
            }
            if (widths[widest] <= NARROWEST) {
                return;
            }
            widths[widest]--;
        }
    }

    private void write(String[] cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String text = console.terminal() ? Text.cut(cells[i], widths[i]) : cells[i];
            String space = " ".repeat(Math.max(0, widths[i] - Text.width(text)));
            line.append(i == 0 ? "" : GAP).append(headings.get(i).right() ? space + text : text + space);
        }
        String text = line.toString().stripTrailing();
        console.print((console.terminal() ? Text.cut(text, console.width()) : text) + "\n");
    }
}
