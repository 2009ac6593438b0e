package eider.cli;

import eider.engine.EngineException;
import eider.engine.Rows;
import eider.people.Person;
import eider.people.Viewer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eider query SQL}. */
@Changes("export")
@Command(name = "query", sortOptions = false,
        description = {"Run one SELECT statement and print its rows.",
            "Its dialect is DuckDB's; rows are printed as they come. The tables are sales and products, and beside them each source's own.",
            "A value in a CSV that begins with = or @ is left as it is: take care when a spreadsheet opens it."},
        footerHeading = "%nExample:%n", footer = {"  eider query \"select region, sum(total_amount) from sales group by all order by 2 desc\"",
            "  eider query \"from sales\" --format csv > sales.csv"})
final class QueryCommand implements Callable<Integer>, Changes.Sometimes {
    private static final Pattern KIND = Pattern.compile("^(?:java\\.sql\\.\\w+: )?(?:[A-Z][A-Za-z-]* (?:[A-Za-z-]+ ){0,3})Error: ");
    /** How often it is looked whether anybody still reads. */
    private static final int ROWS_A_LOOK = 1_000;

    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SQL", description = "The statement, in quotes so that the shell leaves it alone.")
    private String sql;

    @Option(names = "--as", paramLabel = "USER",
            description = "See what this person sees: through the policy of the role, and in the process in which people's SQL runs.")
    private String person;

    private Duration timeout = Duration.ofMinutes(5);

    @Mixin
    private FormatOption format;

    QueryCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Give up after so long; 300 if not given.")
    private void timeout(long seconds) {
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout must be at least 1 second, not " + seconds + ".");
        }
        timeout = Duration.ofSeconds(seconds);
    }

    /** Rows that do not go to a terminal go into a file or to a program. */
    @Override
    public boolean changes() {
        return !console.terminal();
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        trail.on("query " + sql.strip());
        try (Rows rows = rows()) {
            return print(rows);
        } catch (EngineException e) {
            throw new EngineException(plainly(e.getMessage()), e);
        }
    }

    private Rows rows() throws EngineException {
        if (person == null) {
            return engine.queries().query(new Viewer(trail.by().name(), Viewer.OPERATOR, Map.of()), sql, timeout);
        }
        Person who = engine.people().named(person).orElseThrow(() -> new EngineException("There is nobody called '" + person + "'; see: eider people"));
        return engine.queries().ask(who.viewer(), sql, timeout);
    }

    private int print(Rows rows) throws EngineException, InterruptedException {
        List<Heading> headings = Heading.of(rows.columns());
        // closed only after the last row: where a query breaks off, the JSON array stays open and a script notices
        RowWriter writer = format.get().open(console, headings);
        Object[] values = new Object[headings.size()];
        long printed = 0;
        try {
            while (rows.next()) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = rows.value(i);
                }
                writer.row(values);
                printed++;
                if (printed % ROWS_A_LOOK == 0) {
                    if (console.gone()) {
                        return Cli.FAILED;
                    }
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
        } finally {
            trail.after(Text.count(printed, "row") + " as " + format.get());
        }
        writer.close();
        return Cli.DONE;
    }

    /** DuckDB's first line without the name of its kind; the lines after it draw arrows into the SQL. */
    static String plainly(String message) {
        String first = message.lines().findFirst().orElse("").strip();
        String plain = KIND.matcher(first).replaceFirst("");
        return plain.equals(first) ? first : "The query cannot be run: " + plain;
    }
}
