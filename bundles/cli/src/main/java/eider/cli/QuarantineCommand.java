package eider.cli;

import eider.engine.EngineException;
import eider.engine.Loads;
import eider.engine.Quarantined;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code eider quarantine [SOURCE]}. */
@Command(name = "quarantine", sortOptions = false, description = {"List the rows that were kept aside because they are bad.",
        "The newest comes first: where each stands, why it is bad, and its raw text."},
        footerHeading = "%nExample:%n", footer = "  eider quarantine inbox --limit 100 --format csv")
final class QuarantineCommand implements Callable<Integer> {
    private static final Listing<Quarantined> LISTING = new Listing<Quarantined>()
            .id("id", Quarantined::id)
            .id("load", Quarantined::load)
            .text("connection", Quarantined::connection)
            .text("dataset", Quarantined::dataset)
            .text("place", Quarantined::place)
            .text("reason", Quarantined::reason)
            .text("raw", Quarantined::raw)
            .detail("at", Quarantined::at);

    private final Console console;
    private final Engine engine;

    @Parameters(paramLabel = "SOURCE", arity = "0..1", description = "Only rows of this source.")
    private String source;

    @Mixin
    private LimitOption limit;

    @Mixin
    private FormatOption format;

    QuarantineCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        Loads loads = engine.loads();
        List<Quarantined> rows = loads.quarantine(source, limit.get());
        if (rows.isEmpty() && format.forPeople()) {
            console.say("Nothing is in quarantine" + (source == null ? "." : " for '" + source + "'."));
            return Cli.DONE;
        }
        LISTING.write(console, format.get(), rows);
        long all = loads.quarantined(source);
        if (all > rows.size()) {
            console.tell("These are the newest " + Text.grouped(rows.size()) + " of " + Text.count(all, "row") + "; see more with --limit " + all
                    + ".");
        }
        return Cli.DONE;
    }
}
