package eider.cli;

import java.util.List;

/** How a list is written. */
enum Format {
    /** For a person: aligned, and cut to the terminal's width where there is one. */
    TABLE,
    /** RFC 4180 with a header. */
    CSV,
    /** An array of objects, one a line. */
    JSON;

    /** Begins a list; nothing is written to the console until its writer is closed or has enough rows. */
    RowWriter open(Console console, List<Heading> headings) {
        return switch (this) {
            case TABLE -> new Table(console, headings);
            case CSV -> new Csv(console, headings);
            case JSON -> new Json(console, headings);
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
