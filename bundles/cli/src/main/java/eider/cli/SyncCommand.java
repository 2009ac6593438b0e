package eider.cli;

import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Mapping;
import eider.engine.Recorded;
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

/** {@code eider sync SOURCE}. */
@Changes("sync")
@Command(name = "sync", sortOptions = false,
        description = {"Sync a configured source now.",
            "Waits until its rows are in. Ctrl+C cancels; what was committed stays."
                + " A source is called as its configuration file is after the ~: config/files~inbox.cfg makes the source inbox."},
        footerHeading = "%nExample:%n", footer = {"  eider sync inbox", "  eider sync inbox --cancel", "  eider sync shop --record"})
final class SyncCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Parameters(paramLabel = "SOURCE", description = "Which; 'eider sources' lists them.")
    private String source;

    @ArgGroup
    private How how = new How();

    @Option(names = "--record", description = "Record it, to be replayed without the network; see: eider recordings --help")
    private boolean record;

    @Mixin
    private FormatOption format;

    @Spec
    private CommandSpec command;

    /** Either of the two, not both. */
    static final class How {
        @Option(names = "--cancel", description = "Cancel the sync of this source that runs now.")
        private boolean cancel;

        @Option(names = "--approve", description = "Go on even where a load would remove more than half of what a dataset holds.")
        private boolean approve;
    }

    SyncCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        if (how.cancel && record) {
            throw new ParameterException(command.commandLine(), "--cancel and --record do not go together.");
        }
        trail.on("source " + source);
        known(engine, source);
        if (how.cancel) {
            boolean cancelled = engine.syncs().cancel(source);
            trail.after(cancelled ? "the running sync cancelled" : "no sync to cancel");
            console.say(cancelled ? "Cancelled the sync of " + source + "; what it committed stays." : source
                    + " was not being synced.");
            return Cli.DONE;
        }
        if (record) {
            return record();
        }
        List<Load> loads;
        try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
            loads = engine.syncs().sync(source, how.approve, bar);
        }
        trail.after(loads);
        if (loads.isEmpty() && format.forPeople()) {
            console.say(source + " has nothing to sync.");
        }
        int code = new Outcome(console, format).tell(loads);
        if (format.forPeople()) {
            tellDifferences();
            tellModels(loads);
        }
        return code;
    }

    /** A model that counts for nothing because it names what is not there makes no load fail, and would never be missed. */
    private void tellModels(List<Load> loads) throws EngineException {
        for (Mapping mapping : engine.syncs().mappings()) {
            if (!mapping.fault().isEmpty() && loads.stream().noneMatch(load -> load.connection().equals(mapping.connection()) && load.dataset().equals(mapping.dataset()))) {
                console.tell("A model counts for nothing. " + mapping.fault());
            }
        }
    }

    /** The loads may all be in and the rows nevertheless not be those of the source. */
    private void tellDifferences() throws EngineException {
        for (Badge badge : engine.comparisons().badges()) {
            if (badge.connection().equals(source) && badge.state() == Badge.State.DIFFERS) {
                console.tell(badge.dataset() + " differs from its source: " + badge.message());
                console.tell("Compare it again with: eider sources compare " + Shell.word(source));
            }
        }
    }

    private int record() throws EngineException, InterruptedException {
        Recorded recorded;
        try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
            recorded = engine.recordings().record(source, how.approve, bar);
        }
        trail.on("source " + source + ", recorded in " + recorded.recording().file()).after(recorded.loads());
        int code = new Outcome(console, format).tell(recorded.loads());
        if (!recorded.failure().isEmpty()) {
            console.tell(recorded.failure());
            code = Cli.FAILED;
        }
        RecordingsCommand.tell(console, recorded);
        return code;
    }

    /** @throws EngineException if there is no such source; it names the nearest */
    static void known(Engine engine, String source) throws EngineException {
        List<String> names = engine.syncs().connections().stream().map(Connection::name).toList();
        if (!names.contains(source)) {
            throw new EngineException("There is no source '" + source + "'." + Text.nearest(source, names) + " See: eider sources");
        }
    }
}
