package eider.cli;

import eider.engine.Difference;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.PlannedLoad.Sample;
import eider.engine.Recorded;
import eider.engine.Recording;
import eider.engine.Replayed;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eider recordings}, {@code eider recordings replay FILE} and {@code eider recordings delete FILE}. */
@Reads
@Command(name = "recordings", sortOptions = false, description = {"List the syncs that were recorded.",
        "'eider sync SOURCE --record' makes a recording: what came from outside and what was made of it, in one file that only you can read. Credentials are not in it;"
            + " the data of people are. It stays until you delete it."},
        footerHeading = "%nExample:%n", footer = {"  eider recordings", "  eider recordings replay shop-mwtqwo8w-1.gz --connector",
            "  eider recordings delete shop-mwtqwo8w-1.gz"})
final class RecordingsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private static final Listing<Recording> LISTING = new Listing<Recording>()
            .text("file", Recording::file)
            .text("connection", Recording::connection)
            .brief("connector", recording -> connector(recording))
            .detail("connector", Recording::connector)
            .detail("version", Recording::version)
            .text("at", Recording::at)
            .brief("size", recording -> size(recording.bytes()))
            .detail("bytes", Recording::bytes)
            .text("state", Recording::state)
            .count("exchanges", recording -> known(recording.exchanges()))
            .count("rows", recording -> known(recording.rows()))
            .count("files", recording -> known(recording.files()))
            .text("message", Recording::message);

    private static final Listing<Difference> DIFFERENCES = new Listing<Difference>()
            .text("dataset", Difference::dataset)
            .text("state_then", difference -> difference.then().state())
            .text("state_now", difference -> difference.now().state())
            .count("rows_then", difference -> difference.then().rows())
            .count("rows_now", difference -> difference.now().rows())
            .count("same", Difference::same)
            .count("only_then", Difference::onlyThen)
            .count("only_now", Difference::onlyNow)
            .count("changed", Difference::changed)
            .count("quarantined_then", difference -> difference.then().quarantined())
            .count("quarantined_now", difference -> difference.now().quarantined())
            .detail("cursor_then", difference -> difference.then().cursor())
            .detail("cursor_now", difference -> difference.now().cursor())
            .detail("message_then", difference -> difference.then().message())
            .detail("message_now", difference -> difference.now().message())
            .detail("columns", Difference::columns)
            .detail("samples", difference -> difference.samples().stream().map(PlanCommand::members).toList());

    private final Console console;
    private final Engine engine;

    @Mixin
    private FormatOption format;

    RecordingsCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        List<Recording> recordings = engine.recordings().recordings();
        if (recordings.isEmpty() && format.forPeople()) {
            console.say("Nothing was recorded yet. Record a sync with: eider sync SOURCE --record");
            return Cli.DONE;
        }
        LISTING.write(console, format.get(), recordings);
        if (format.forPeople()) {
            console.tell(Text.count(recordings.size(), "recording") + ", " + size(recordings.stream().mapToLong(Recording::bytes).sum()) + " in "
                    + engine.server().home().resolve("data").resolve("recordings") + ". They stay until you delete them: eider recordings delete FILE");
        }
        return Cli.DONE;
    }

    private static Long known(long count) {
        return count < 0 ? null : count;
    }

    private static String connector(Recording recording) {
        return (recording.connector() + " " + recording.version()).strip();
    }

    static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        double size = bytes / 1_000.0;
        for (String unit : List.of("kB", "MB")) {
            if (size < 999.5) {
                return String.format(Locale.ROOT, size < 9.95 ? "%.1f " : "%.0f ", size) + unit;
            }
            size /= 1_000;
        }
        return String.format(Locale.ROOT, "%.1f GB", size);
    }

    /** Says that a sync was recorded, beside what came of it. */
    static void tell(Console console, Recorded recorded) {
        Recording recording = recorded.recording();
        List<String> holds = new ArrayList<>();
        if (recording.exchanges() > 0) {
            holds.add(Text.count(recording.exchanges(), "exchange"));
        }
        if (recording.rows() > 0) {
            holds.add(Text.count(recording.rows(), "row"));
        }
        if (recording.files() > 0) {
            holds.add(Text.count(recording.files(), "file"));
        }
        console.tell("Recorded in " + recording.file() + ": " + (holds.isEmpty() ? "no rows" : String.join(", ", holds)) + ", " + size(recording.bytes()) + ".");
        if (recording.state() != Recording.State.WHOLE) {
            console.tell(recording.message());
        }
        console.tell("No credentials are in it, but the data of people are: only you can read the file. Think before you pass it on.");
        console.tell("Replay it with: eider recordings replay " + Shell.word(recording.file()));
    }

    /** {@code eider recordings replay FILE [--connector]}. */
    @Changes("recording.replay")
    @Command(name = "replay", sortOptions = false, description = {"Replay a recorded sync without the network.",
            "As it stands, what was pushed is pushed once more into an empty store in memory: it shows a fault of Eider once more. With --connector the connector that is"
                + " installed now is run, with the recorded answers in place of its network, and what it makes of them is compared with what was made of them then."
                + " Either way nothing of it stays, and the figures, cursors and loads of this home are not touched."},
            footerHeading = "%nExample:%n", footer = {"  eider recordings replay shop-mwtqwo8w-1.gz", "  eider recordings replay shop-mwtqwo8w-1.gz --connector"})
    static final class Replay implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(paramLabel = "FILE", description = "Which; 'eider recordings' lists them.")
        private String file;

        @Option(names = "--connector", description = "Run the connector that is installed now on what was recorded, and show the difference.")
        private boolean connector;

        @Mixin
        private FormatOption format;

        Replay(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException, InterruptedException {
            trail.on("recording " + file);
            Replayed replayed;
            try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
                replayed = connector ? engine.recordings().compare(file, bar) : engine.recordings().replay(file, bar);
            }
            trail.after(replayed.connector().isEmpty() ? "in an empty store" : "with " + replayed.connector());
            if (format.forPeople()) {
                show(replayed);
            } else if (connector) {
                DIFFERENCES.write(console, format.get(), replayed.differences());
            } else {
                Outcome.LISTING.write(console, format.get(), replayed.now());
            }
            List<String> worse = replayed.now().stream().filter(load -> load.state() == Load.State.FAILED && cameIn(replayed, load.dataset())).map(Load::dataset).toList();
            if (!worse.isEmpty() || !replayed.nowFailure().isEmpty() && replayed.thenFailure().isEmpty()) {
                console.tell(worse.isEmpty() ? "It failed now and did not then." : String.join(", ", worse) + " failed now and did not then.");
                return Cli.FAILED;
            }
            return Cli.DONE;
        }

        /** Whether it was there then, and did not fail; what is new cannot have become worse. */
        private static boolean cameIn(Replayed replayed, String dataset) {
            return replayed.then().stream().anyMatch(load -> load.dataset().equals(dataset) && load.state() != Load.State.FAILED);
        }

        private void show(Replayed replayed) {
            Recording recording = replayed.recording();
            console.say(recording.connection() + ", recorded " + TIME.format(recording.at().atZone(ZoneId.systemDefault()))
                    + (recording.connector().isEmpty() ? "" : " with " + connector(recording)) + (replayed.connector().isEmpty() ? "" : ", replayed with " + replayed.connector()));
            console.say("");
            if (!replayed.thenFailure().isEmpty()) {
                console.say("then  " + replayed.thenFailure());
            }
            if (!replayed.nowFailure().isEmpty()) {
                console.say("now   " + replayed.nowFailure());
            }
            if (connector) {
                replayed.differences().forEach(this::show);
                if (!replayed.differences().isEmpty() && replayed.differences().stream().allMatch(Difference::none)) {
                    console.say("Nothing is different.");
                }
            } else {
                for (Load load : replayed.now()) {
                    console.say(load.dataset());
                    console.say("  then  " + replayed.then().stream().filter(other -> other.dataset().equals(load.dataset())).findFirst().map(Replay::ending)
                            .orElse("the recording does not say"));
                    console.say("  now   " + ending(load));
                }
            }
            replayed.notes().forEach(note -> console.say("Note: " + note + "."));
            console.tell("This was tried in an empty store in memory, where every row is new; nothing of it stays."
                    + (connector ? "" : " Try the connector that is installed on it: eider recordings replay " + Shell.word(recording.file()) + " --connector"));
        }

        private static String ending(Load load) {
            List<String> counts = new ArrayList<>();
            counts.add(Text.count(load.inserted(), "row") + " in");
            if (load.updated() > 0) {
                counts.add(Text.grouped(load.updated()) + " updated");
            }
            if (load.removed() > 0) {
                counts.add(Text.grouped(load.removed()) + " removed");
            }
            if (load.quarantined() > 0) {
                counts.add(Text.grouped(load.quarantined()) + " bad");
            }
            String sum = String.join(", ", counts);
            return switch (load.state()) {
                case COMMITTED -> sum + said(load);
                case UNCHANGED -> "nothing new" + said(load);
                case HELD, FAILED, CANCELLED, UNDONE, RUNNING -> sum + ", then " + word(load.state()) + said(load);
            };
        }

        private static String said(Load load) {
            return load.message().isEmpty() ? "" : ": " + load.message();
        }

        private static String word(Load.State state) {
            return state.name().toLowerCase(Locale.ROOT);
        }

        private void show(Difference difference) {
            Difference.Side then = difference.then();
            Difference.Side now = difference.now();
            if (difference.none()) {
                console.say(difference.dataset() + ": the same, " + Text.count(difference.same(), "row") + (then.state() == Load.State.FAILED ? ", and it fails in the same way: "
                        + then.message() : ""));
                console.say("");
                return;
            }
            if (!then.offered()) {
                console.say(difference.dataset() + ": a dataset that is new, " + Text.count(now.rows(), "row"));
            } else if (!now.offered()) {
                console.say(difference.dataset() + ": not offered any more, " + Text.count(then.rows(), "row") + " then");
            } else {
                console.say(difference.dataset() + ": " + Text.count(then.rows(), "row") + " then, " + Text.grouped(now.rows()) + " now, " + Text.grouped(difference.same())
                        + " of them the same");
                rows(difference, Sample.Kind.INSERTED, difference.onlyNow(), "+", difference.onlyNow() == 1 ? "comes now" : "come now");
                rows(difference, Sample.Kind.UPDATED, difference.changed(), "~", "changed");
                rows(difference, Sample.Kind.REMOVED, difference.onlyThen(), "-", difference.onlyThen() == 1 ? "does not come any more" : "do not come any more");
            }
            difference.columns().forEach(column -> console.say("  " + column));
            if (then.quarantined() != now.quarantined()) {
                console.say("  bad rows: " + Text.grouped(then.quarantined()) + " then, " + Text.grouped(now.quarantined()) + " now");
            }
            if (then.offered() && now.offered() && !then.cursor().equals(now.cursor())) {
                console.say("  the next read would begin elsewhere: " + cursor(then.cursor()) + " → " + cursor(now.cursor()));
            }
            if (then.offered() && now.offered() && (then.state() != now.state() || !then.message().equals(now.message()))) {
                console.say("  then  " + end(then));
                console.say("  now   " + end(now));
            } else if (now.state() == Load.State.FAILED) {
                console.say("  " + end(now));
            }
            console.say("");
        }

        private void rows(Difference difference, Sample.Kind kind, long count, String sign, String what) {
            if (count == 0) {
                return;
            }
            List<Sample> samples = difference.samples().stream().filter(sample -> sample.kind() == kind).toList();
            console.say("  " + sign + " " + Text.count(count, "row") + " " + what + (samples.size() < count && !samples.isEmpty() ? ", such as" : ""));
            for (Sample sample : samples) {
                console.say("      " + switch (kind) {
                    case INSERTED -> PlanCommand.fields(sample.after());
                    case REMOVED -> PlanCommand.fields(sample.before());
                    case UPDATED -> PlanCommand.difference(sample.after().keySet().stream()
                            .filter(name -> Objects.equals(sample.before().get(name), sample.after().get(name))).toList(), sample);
                    case QUARANTINED -> sample.note();
                });
            }
        }

        private static String cursor(String text) {
            return text.isEmpty() ? "(nothing read)" : Text.cut(text, 60);
        }

        private static String end(Difference.Side side) {
            return side.state() == null ? "not read" : word(side.state()) + (side.message().isEmpty() ? "" : ": " + side.message());
        }
    }

    /** {@code eider recordings delete FILE}. */
    @Changes("recording.delete")
    @Command(name = "delete", sortOptions = false, description = "Delete a recording.",
            footerHeading = "%nExample:%n", footer = "  eider recordings delete shop-mwtqwo8w-1.gz")
    static final class Delete implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(paramLabel = "FILE", description = "Which; 'eider recordings' lists them.")
        private String file;

        Delete(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException {
            trail.on("recording " + file);
            engine.recordings().delete(file);
            trail.after("deleted");
            console.say("Deleted " + file + ".");
            return Cli.DONE;
        }
    }
}
