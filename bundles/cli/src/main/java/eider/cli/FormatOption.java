package eider.cli;

import picocli.CommandLine.Option;

/** The option of every command that lists something. */
final class FormatOption {
    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "table",
            description = "table for people (the default), csv or json for scripts: stable names, exact decimals, times in ISO 8601.")
    private Format format;

    Format get() {
        return format;
    }

    boolean forPeople() {
        return format == Format.TABLE;
    }
}
