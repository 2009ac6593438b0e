package eider.cli;

import eider.engine.EngineException;
import eider.engine.Hold;
import eider.engine.Load;
import eider.engine.Undone;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eider undo LOAD [--read-again|--skip]}. */
@Changes("undo")
@Command(name = "undo", sortOptions = false,
        description = {"Take a load back, exactly.",
            "Rows that it brought go, and what it replaced or removed is here again as it was. Later loads stay; one that changed the same rows since must be taken back before."
                + " The dataset is not read any more until you say how it goes on, now or later."},
        footerHeading = "%nExample:%n", footer = {"  eider undo 7", "  eider undo 7 --read-again"})
final class UndoCommand implements Callable<Integer> {
    private static final Listing<Undone> LISTING = new Listing<Undone>()
            .id("load", Undone::load)
            .text("connection", Undone::connection)
            .text("dataset", Undone::dataset)
            .count("taken_out", Undone::takenOut)
            .count("put_back", Undone::putBack)
            .count("requarantined", Undone::requarantined)
            .text("held", Undone::held)
            .detail("notes", Undone::notes);

    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "LOAD", description = "The id of a load; 'eider loads' lists them.")
    private String id;

    @ArgGroup
    private How how = new How();

    /** Either of the two, not both. */
    static final class How {
        @Option(names = "--read-again", description = "The next sync asks the source again for what was taken back.")
        private boolean again;

        @Option(names = "--skip", description = "What was taken back is left out, until the source tells of it anew; in mode replace it does so at the next sync.")
        private boolean skip;
    }

    @Mixin
    private FormatOption format;

    UndoCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        if (!id.matches("[0-9]{1,18}")) {
            throw new ParameterException(spec.commandLine(), "'" + id + "' is no load's id, which is a whole number.");
        }
        long load = Long.parseLong(id);
        trail.on("load " + load);
        Load known = engine.loads().load(load).orElseThrow(() -> new EngineException("There is no load " + load + ". See: eider loads"));
        trail.on("load " + load + " of " + known.connection() + "." + known.dataset());
        boolean said = how.again || how.skip;
        boolean held = true;
        if (!said || known.state() != Load.State.UNDONE) {
            Undone undone = engine.loads().undo(load, trail.by().name());
            trail.after(undone.takenOut() + " taken out, " + undone.putBack() + " put back");
            tell(undone);
            held = undone.held();
        }
        if (!held) {
            return Cli.DONE;
        }
        String dataset = known.connection() + "." + known.dataset();
        if (!said) {
            console.tell(dataset + " is not read any more until you say how it goes on:");
            console.tell("  eider undo " + load + " --read-again   the next sync asks the source again for what was taken back");
            console.tell("  eider undo " + load + " --skip         what was taken back is left out");
            return Cli.DONE;
        }
        engine.loads().release(known.connection(), known.dataset(), how.again ? Hold.Release.READ_AGAIN : Hold.Release.SKIP);
        trail.released(how.again ? "to be read again" : "to be left out");
        if (!format.forPeople()) {
            return Cli.DONE;
        }
        console.say(how.again ? "The next sync asks " + known.connection() + " again for what was taken back: eider sync " + Shell.word(known.connection())
                : dataset + " goes on without what was taken back.");
        return Cli.DONE;
    }

    private void tell(Undone undone) {
        if (!format.forPeople()) {
            LISTING.write(console, format.get(), List.of(undone));
            return;
        }
        console.say("Load " + undone.load() + " of " + undone.connection() + "." + undone.dataset() + " is taken back: " + Text.count(undone.takenOut(), "row")
                + " that it had brought " + (undone.takenOut() == 1 ? "is" : "are") + " out" + (undone.putBack() == 0 ? "; it had replaced and removed none."
                        : ", " + Text.count(undone.putBack(), "row") + " that it had replaced or removed " + (undone.putBack() == 1 ? "is" : "are") + " here again."));
        if (undone.requarantined() > 0) {
            console.say("  " + Text.count(undone.requarantined(), "row") + " that had left quarantine with it " + (undone.requarantined() == 1 ? "is" : "are") + " there again.");
        }
        undone.notes().forEach(note -> console.say("  " + note));
    }
}
