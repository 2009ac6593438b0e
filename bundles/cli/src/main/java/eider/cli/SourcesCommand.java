package eider.cli;

import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Mapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code eider sources} and {@code eider sources compare SOURCE}. */
@Reads
@Command(name = "sources", sortOptions = false,
        description = {"List the configured sources, their last sync, whether their datasets can be relied on, and which tables they fill.",
        "Each file config/<connector>~<name>.cfg makes one. A dataset is complete to the moment at which the last sync began that read it to its end;"
            + " a source that can count is compared with what is here once a day, at the end of a sync."
            + " A model makes a dataset part of a table such as sales: the connector's, or yours in config/models."},
        footerHeading = "%nExample:%n", footer = {"  eider sources --format json", "  eider sources compare inbox"})
final class SourcesCommand implements Callable<Integer> {
    private static final Listing<Badge> BADGES = new Listing<Badge>()
            .text("source", Badge::connection)
            .text("dataset", Badge::dataset)
            .text("complete_to", Badge::completeTo)
            .brief("compared", badge -> word(badge.state()))
            .detail("compared", Badge::state)
            .detail("compared_at", Badge::comparedAt)
            .detail("rows_here", badge -> badge.comparison() == null ? null : badge.comparison().rowsHere())
            .detail("rows_at_source", badge -> badge.comparison() == null ? null : badge.comparison().rowsThere())
            .detail("quarantined", badge -> badge.comparison() == null ? null : badge.comparison().quarantined())
            .detail("sums", badge -> badge.comparison() == null ? null : badge.comparison().sums().stream().map(SourcesCommand::members).toList())
            .text("message", Badge::message);

    private static final Listing<Mapping> MAPPINGS = new Listing<Mapping>()
            .text("source", Mapping::connection)
            .text("dataset", Mapping::dataset)
            .text("fills", Mapping::table)
            .text("model", Mapping::model)
            .text("message", Mapping::fault);

    private final Console console;
    private final Engine engine;

    @Mixin
    private FormatOption format;

    SourcesCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        List<Connection> connections = engine.syncs().connections();
        if (connections.isEmpty() && format.forPeople()) {
            console.say("No source is configured. Write " + engine.server().home().resolve("config").resolve("files~inbox.cfg") + " for instance.");
            return Cli.DONE;
        }
        List<Badge> badges = engine.comparisons().badges();
        List<Mapping> mappings = engine.syncs().mappings();
        listing(badges, mappings).write(console, format.get(), connections);
        if (format.forPeople() && !badges.isEmpty()) {
            console.say("");
            BADGES.write(console, format.get(), badges);
        }
        if (format.forPeople() && !mappings.isEmpty()) {
            console.say("");
            MAPPINGS.write(console, format.get(), mappings);
        }
        return Cli.DONE;
    }

    private static Listing<Connection> listing(List<Badge> badges, List<Mapping> mappings) {
        return new Listing<Connection>()
                .text("name", Connection::name)
                .text("connector", Connection::connector)
                .text("state", Connection::state)
                .text("last_sync", connection -> connection.lastLoad().map(Load::started).orElse(null))
                .text("last_state", connection -> connection.lastLoad().map(Load::state).orElse(null))
                .text("message", Connection::message)
                .detail("last_loads", connection -> connection.lastLoads().stream().map(SourcesCommand::members).toList())
                .detail("datasets", connection -> badges.stream().filter(badge -> badge.connection().equals(connection.name()))
                        .map(SourcesCommand::members).toList())
                .detail("models", connection -> mappings.stream().filter(mapping -> mapping.connection().equals(connection.name())).map(SourcesCommand::members).toList());
    }

    private static Map<String, Object> members(Mapping mapping) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("dataset", mapping.dataset());
        members.put("fills", mapping.table());
        members.put("model", mapping.model());
        members.put("message", mapping.fault());
        return members;
    }

    /** What a person reads of it; scripts get the state by its name. */
    private static String word(Badge.State state) {
        return switch (state) {
            case MATCHES -> "matches";
            case DIFFERS -> "differs";
            case UNSETTLED -> "undecided";
            case FAILED -> "failed";
            case NOT_COMPARED -> "no";
        };
    }

    private static Map<String, Object> members(Load load) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", load.id());
        members.put("dataset", load.dataset());
        members.put("state", load.state());
        members.put("started", load.started());
        members.put("finished", load.finished());
        members.put("inserted", load.inserted());
        members.put("updated", load.updated());
        members.put("removed", load.removed());
        members.put("quarantined", load.quarantined());
        members.put("message", load.message());
        return members;
    }

    private static Map<String, Object> members(Badge badge) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("dataset", badge.dataset());
        members.put("complete_to", badge.completeTo());
        members.put("compared", badge.state());
        members.put("compared_at", badge.comparedAt());
        Badge.Comparison comparison = badge.comparison();
        members.put("rows_here", comparison == null ? null : comparison.rowsHere());
        members.put("rows_at_source", comparison == null ? null : comparison.rowsThere());
        members.put("quarantined", comparison == null ? null : comparison.quarantined());
        members.put("sums", comparison == null ? null : comparison.sums().stream().map(SourcesCommand::members).toList());
        members.put("message", badge.message());
        return members;
    }

    private static Map<String, Object> members(Badge.Sum sum) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("field", sum.field());
        members.put("here", sum.here());
        members.put("at_source", sum.there());
        return members;
    }

    /** {@code eider sources compare SOURCE}. */
    @Changes("compare")
    @Command(name = "compare", sortOptions = false, description = {"Compare what is here with what a source holds, now.",
            "Its rows are counted and its amounts added up, up to where the last sync came; nothing is read and nothing changed."
                + " Fails if they are not the same, or cannot be told."},
            footerHeading = "%nExample:%n", footer = "  eider sources compare inbox")
    static final class Compare implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(paramLabel = "SOURCE", description = "Which; 'eider sources' lists them.")
        private String source;

        @Mixin
        private FormatOption format;

        Compare(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException, InterruptedException {
            trail.on("source " + source);
            SyncCommand.known(engine, source);
            List<Badge> badges;
            try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
                badges = engine.comparisons().compare(source, bar);
            }
            trail.after(badges.isEmpty() ? "nothing to compare" : String.join("; ", badges.stream().map(badge -> badge.dataset() + " " + badge.state().name()
                    .toLowerCase(Locale.ROOT).replace('_', ' ')).toList()));
            if (!format.forPeople()) {
                BADGES.write(console, format.get(), badges);
            } else if (badges.isEmpty()) {
                console.say("Nothing of " + source + " was loaded yet: sync it first with: eider sync " + Shell.word(source));
            }
            boolean same = true;
            for (Badge badge : badges) {
                same &= badge.state() == Badge.State.MATCHES;
                if (badge.state() != Badge.State.MATCHES) {
                    console.tell(sentence(badge));
                } else if (format.forPeople()) {
                    console.say(sentence(badge));
                }
            }
            return same ? Cli.DONE : Cli.FAILED;
        }

        private static String sentence(Badge badge) {
            return badge.dataset() + switch (badge.state()) {
                case MATCHES -> " matches its source: ";
                case DIFFERS -> " differs from its source: ";
                case UNSETTLED, FAILED, NOT_COMPARED -> ": ";
            } + badge.message();
        }
    }
}
