package eider.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code eider}: the word before every command. */
@Reads
@Command(name = "eider", synopsisSubcommandLabel = "COMMAND", sortOptions = false,
        description = {
            "Analytics from connector jars and data files: syncs sales into a database of its own and shows them as pages and figures.",
            "", "Every command takes --home DIR, before or after it: the folder with config, plugins, data, inbox and logs."
                + " Where a server runs on that home,"
                + " the command talks to it; otherwise it works by itself."},
        footerHeading = "%nExample:%n", footer = {"  eider start --demo", "  eider sync-sales --csv docs/examples/sales.csv",
            "  eider query \"select region, sum(total_amount) from sales group by all\""})
final class EiderCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    private boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    private boolean version;

    EiderCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.tell("A command is missing.");
        console.tell("See: eider --help");
        return Cli.USAGE;
    }
}
