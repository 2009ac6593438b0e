package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code eider loads}. */
@Command(name = "loads", sortOptions = false, description = {"List the newest loads.",
        "The newest comes first: what each brought, from where, and why it failed or is held."},
        footerHeading = "%nExample:%n", footer = "  eider loads --limit 5")
final class LoadsCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;

    @Mixin
    private LimitOption limit;

    @Mixin
    private FormatOption format;

    LoadsCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        List<Load> loads = engine.loads().latest(limit.get());
        if (loads.isEmpty() && format.forPeople()) {
            console.say("Nothing was loaded yet. See: eider sync-sales --help");
        } else {
            Outcome.LISTING.write(console, format.get(), loads);
        }
        return Cli.DONE;
    }
}
