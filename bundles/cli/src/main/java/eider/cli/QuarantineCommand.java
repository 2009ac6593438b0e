package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Loads;
import eider.engine.Quarantined;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code eider quarantine [SOURCE]}, {@code eider quarantine mend ID FIELD=VALUE…} and {@code eider quarantine replay SOURCE}. */
@Reads
@Command(name = "quarantine", sortOptions = false, description = {"List the rows that were kept aside because they are bad.",
        "The newest comes first: where each stands, why it is bad, and its raw text. Mend a row or a rule, and judge them anew by 'replay'."},
        footerHeading = "%nExample:%n", footer = {"  eider quarantine inbox --limit 100 --format csv",
            "  eider quarantine mend 7 total_amount=12.50", "  eider quarantine replay inbox"})
final class QuarantineCommand implements Callable<Integer> {
    private static final Listing<Quarantined> LISTING = new Listing<Quarantined>()
            .id("id", Quarantined::id)
            .id("load", Quarantined::load)
            .text("connection", Quarantined::connection)
            .text("dataset", Quarantined::dataset)
            .text("place", Quarantined::place)
            .text("reason", Quarantined::reason)
            .text("raw", Quarantined::raw)
            .detail("at", Quarantined::at)
            .detail("mended", Quarantined::mended);

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

    /** {@code eider quarantine mend ID [FIELD=VALUE…]}. */
    @Changes("quarantine.mend")
    @Command(name = "mend", sortOptions = false, description = {"Give a row in quarantine other values.",
            "Without values it shows those that the row has. The row comes in with 'eider quarantine replay'; the same bad row met again later comes in mended too."},
            footerHeading = "%nExample:%n", footer = {"  eider quarantine mend 7", "  eider quarantine mend 7 total_amount=12.50 region="})
    static final class Mend implements Callable<Integer>, Changes.Sometimes {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(index = "0", paramLabel = "ID", description = "Of the row; 'eider quarantine' lists them.")
        private long id;

        @Parameters(index = "1..*", paramLabel = "FIELD=VALUE", description = "A field and its value; nothing behind the = leaves it empty.")
        private List<String> changes = List.of();

        Mend(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public boolean changes() {
            return !changes.isEmpty();
        }

        @Override
        public Integer call() throws EngineException {
            Map<String, String> values = new LinkedHashMap<>();
            for (String change : changes) {
                int equals = change.indexOf('=');
                if (equals < 1) {
                    console.tell("'" + change + "' is not of the form FIELD=VALUE.");
                    return Cli.USAGE;
                }
                values.put(change.substring(0, equals), equals == change.length() - 1 ? null : change.substring(equals + 1));
            }
            Quarantined row = find();
            if (!values.isEmpty()) {
                Quarantined bad = row;
                trail.on("row " + id + " in quarantine of " + bad.connection() + "." + bad.dataset())
                        .before(Mended.fields(values.keySet(), bad.values())).after(Mended.fields(values.keySet(), values));
                row = engine.loads().mend(id, values, trail.by().name());
            }
            console.say(row.connection() + " " + row.dataset() + ", " + row.place() + ": " + row.reason());
            row.values().forEach((field, value) -> console.say("  " + field + " = " + (value == null ? "" : value)));
            if (row.values().isEmpty()) {
                console.say("It could not be parted into fields: " + row.raw());
            }
            console.tell(values.isEmpty() ? "Change a field: eider quarantine mend " + id + " FIELD=VALUE" : "It comes in with: eider quarantine replay "
                    + Shell.word(row.connection()));
            return Cli.DONE;
        }

        private Quarantined find() throws EngineException {
            trail.on("row " + id + " in quarantine");
            return engine.loads().quarantine(null, Integer.MAX_VALUE).stream().filter(row -> row.id() == id).findFirst()
                    .orElseThrow(() -> new EngineException("There is no row " + id + " in quarantine. See: eider quarantine"));
        }
    }

    /** {@code eider quarantine replay SOURCE}. */
    @Changes("quarantine.replay")
    @Command(name = "replay", sortOptions = false, description = {"Judge the quarantine of a source anew, by today's columns and rules.",
            "Rows that are good now come in; the others stay, with the reason of today."},
            footerHeading = "%nExample:%n", footer = "  eider quarantine replay inbox")
    static final class Replay implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(paramLabel = "SOURCE", description = "Whose rows.")
        private String source;

        @Mixin
        private FormatOption format;

        Replay(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException, InterruptedException {
            trail.on("quarantine of " + source);
            List<Load> loads;
            try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
                loads = engine.syncs().replay(source, bar);
            }
            trail.after(loads);
            if (loads.isEmpty() && format.forPeople()) {
                console.say("Nothing in quarantine of " + source + " can be judged anew.");
            }
            return new Outcome(console, format).tell(loads);
        }
    }
}
