package eider.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands that the {@code eider} script and the launcher carry out before there is an engine; here they only have their help. */
final class ElsewhereCommands {
    private ElsewhereCommands() {}

    private static int refuse(Console console, String name) {
        console.tell("'" + name + "' is carried out by the eider script itself, not by an Eider that runs.");
        return Cli.USAGE;
    }

    /** {@code eider start}. */
    @Reads
    @Command(name = "start", sortOptions = false, description = {"Start the server in the foreground.",
            "Prints the address when it is ready. Ctrl+C, or 'eider stop' from elsewhere, stops it in good order."
                + " The first start from a checkout builds Eider before."},
            footerHeading = "%nExample:%n", footer = "  eider start --home /srv/eider --port 8080")
    static final class Start implements Callable<Integer> {
        private final Console console;

        @Option(names = "--demo", description = "Fill a fresh home with demo data. The home stays a demo for good.")
        private boolean demo;

        @Option(names = "--port", paramLabel = "N",
                description = "Port of the pages on this machine (127.0.0.1); 8080 if not given, 0 for any free one.")
        private int port;

        Start(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            return refuse(console, "start");
        }
    }

    /** {@code eider test}. */
    @Reads
    @Command(name = "test", description = "Set up what is missing and run every test of Eider itself.",
            footerHeading = "%nExample:%n", footer = "  eider test")
    static final class Test implements Callable<Integer> {
        private final Console console;

        Test(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            return refuse(console, "test");
        }
    }

    /** {@code eider bench}. */
    @Reads
    @Command(name = "bench", sortOptions = false, description = {"Measure Eider on this machine.",
            "Loading, memory, start and hot deploy: prints the figures beside their aims. Takes minutes."},
            footerHeading = "%nExample:%n", footer = "  eider bench --quick --json bench.json")
    static final class Bench implements Callable<Integer> {
        private final Console console;

        @Option(names = "--rows", paramLabel = "N", description = "Rows of the CSV file that is loaded; 10,000,000 if not given.")
        private long rows;

        @Option(names = "--quick", description = "One million rows, and fewer rounds.")
        private boolean quick;

        @Option(names = "--large", description = "Load a file with three times the rows as well: memory must not grow with it.")
        private boolean large;

        @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file as well.")
        private String json;

        Bench(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            return refuse(console, "bench");
        }
    }
}
