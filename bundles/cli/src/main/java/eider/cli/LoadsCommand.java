package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Origin;
import eider.engine.RuleCheck;
import eider.engine.Whereabouts;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eider loads [LOAD]}, and {@code eider loads --row ROW}. */
@Reads
@Command(name = "loads", sortOptions = false, description = {"List the newest loads, or the rules of one; or follow a row back to its file.",
        "The newest comes first: what each brought, from where, until when it can be taken back by 'eider undo', and why it failed or is held. With a load's id: what came of"
            + " each rule in it.",
        "With --row: which loads made a row what it is, and from which files."},
        footerHeading = "%nExample:%n", footer = {"  eider loads --limit 5", "  eider loads 7", "  eider loads --row sales/1001", "  eider loads --row 4711 --line"})
final class LoadsCommand implements Callable<Integer> {
    private static final Listing<RuleCheck> CHECKS = new Listing<RuleCheck>()
            .text("rule", RuleCheck::rule)
            .text("action", RuleCheck::action)
            .count("checked", RuleCheck::checked)
            .count("broken", RuleCheck::broken)
            .text("example", RuleCheck::example);

    /** A table, or a connection and a dataset of it, and whatever its source calls a row. */
    private static final Pattern NAMED = Pattern.compile("([a-z][a-z0-9_]*(?:\\.[a-z][a-z0-9_]*)?)/(.+)", Pattern.DOTALL);
    /** Of several rows of one name, for people to choose from. */
    private static final Listing<Origin> ROWS = new Listing<Origin>()
            .id("row", Origin::row)
            .text("here", origin -> origin.isPresent() ? "yes" : "removed")
            .id("load", origin -> origin.asked().came().load().id())
            .text("at", origin -> origin.asked().came().at())
            .text("from", origin -> parts(origin.asked()))
            .text("values", origin -> origin.asked().values().values().stream().filter(Objects::nonNull).collect(Collectors.joining(", ")));
    private static final Listing<Origin.Version> VERSIONS = new Listing<Origin.Version>()
            .id("row", Origin.Version::row)
            .id("load", version -> version.came().load().id())
            .text("at", version -> version.came().at())
            .text("from", LoadsCommand::parts)
            .id("gone_by", version -> version.gone() == null ? null : version.gone().load().id())
            .text("values", Origin.Version::values);

    private final Console console;
    private final Engine engine;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "LOAD", arity = "0..1", description = "The id of a load.")
    private String load;

    @Option(names = "--row", paramLabel = "ROW",
            description = "Follow this row: its number, which 'eider query \"select * from sales\"' shows as _row, or a table and what the"
            + " source calls the row, its source_id or order_id: sales/1001.")
    private String row;

    @Option(names = "--line", description = "With --row: ask the source once more, and tell the very line.")
    private boolean line;

    @Mixin
    private LimitOption limit;

    @Mixin
    private FormatOption format;

    LoadsCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        if (row != null) {
            return follow();
        }
        if (line) {
            throw new ParameterException(spec.commandLine(), "--line says where a row stands: name the row with --row.");
        }
        if (load != null) {
            if (!load.matches("[0-9]{1,18}")) {
                throw new ParameterException(spec.commandLine(), "'" + load + "' is no load's id, which is a whole number.");
            }
            return checks(Long.parseLong(load));
        }
        List<Load> loads = engine.loads().latest(limit.get());
        if (loads.isEmpty() && format.forPeople()) {
            console.say("Nothing was loaded yet. See: eider sync-sales --help");
        } else {
            Outcome.LISTING.write(console, format.get(), loads);
        }
        return Cli.DONE;
    }

    private int follow() throws EngineException, InterruptedException {
        if (load != null) {
            throw new ParameterException(spec.commandLine(), "Either a load or --row, not both.");
        }
        Matcher named = NAMED.matcher(row);
        if (row.matches("[0-9]{1,18}")) {
            return tell(engine.origins().row(Long.parseLong(row)));
        }
        if (!named.matches()) {
            throw new ParameterException(spec.commandLine(), "'" + row
                    + "' names no row: give its number, which is _row in a query, or a table and what the source calls the row,"
                    + " such as sales/1001.");
        }
        List<Origin> origins = engine.origins().rows(named.group(1), named.group(2), limit.get());
        if (origins.isEmpty()) {
            throw new EngineException("No row of " + named.group(1) + " is or was called '" + named.group(2) + "'.");
        }
        if (origins.size() == 1) {
            return tell(origins.getFirst());
        }
        if (line) {
            throw new EngineException(Text.grouped(origins.size()) + " rows are called so: name one by its number. See: eider loads --row " + Shell.word(row));
        }
        if (format.get() == Format.JSON) {
            console.print(Json.text(origins.stream().map(origin -> RowStory.members(origin, null)).toList()) + "\n");
        } else {
            ROWS.write(console, format.get(), origins);
        }
        if (format.forPeople()) {
            if (origins.size() == limit.get()) {
                console.tell("There may be more than these; see more with --limit.");
            }
            console.tell("Follow one of them by its number: eider loads --row " + origins.getFirst().row());
        }
        return Cli.DONE;
    }

    private int tell(Origin origin) throws EngineException, InterruptedException {
        RowStory story = new RowStory(console);
        // What is known is told at once: to look for the line may take long, and may fail.
        if (format.forPeople()) {
            story.tell(origin);
            console.flush();
        }
        Whereabouts where = null;
        if (line) {
            try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
                where = engine.origins().locate(origin.row(), bar);
            }
        }
        switch (format.get()) {
            case TABLE -> {
                if (where != null) {
                    return story.tell(where, origin) ? Cli.DONE : Cli.FAILED;
                }
                if (!origin.asked().came().parts().isEmpty()) {
                    console.tell("For the very line: eider loads --row " + origin.row() + " --line");
                }
            }
            case JSON -> console.print(Json.document(RowStory.members(origin, where)));
            case CSV -> VERSIONS.write(console, Format.CSV, origin.versions());
        }
        return where == null || where.found().stream().anyMatch(found -> found.count() > 0) ? Cli.DONE : Cli.FAILED;
    }

    private int checks(long id) throws EngineException {
        List<RuleCheck> checks = engine.loads().checks(id);
        if (checks.isEmpty() && format.forPeople()) {
            console.say("No rules were applied in load " + id + ", or there is no such load.");
        } else {
            CHECKS.write(console, format.get(), checks);
        }
        return Cli.DONE;
    }

    private static String parts(Origin.Version version) {
        return String.join(", ", version.came().parts().stream().map(Origin.Part::name).toList());
    }
}
