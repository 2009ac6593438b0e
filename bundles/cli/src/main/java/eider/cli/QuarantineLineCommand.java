package eider.cli;

import eider.engine.EngineException;
import eider.engine.Whereabouts;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code eider quarantine line ID}. */
@Reads
@Command(name = "line", sortOptions = false, description = {"Tell the line on which a row of the quarantine stands.",
        "A row that a rule found bad is listed with its file alone: its source is asked once more."},
        footerHeading = "%nExample:%n", footer = "  eider quarantine line 7")
final class QuarantineLineCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;

    @Parameters(paramLabel = "ID", description = "Of the row; 'eider quarantine' lists them.")
    private long id;

    QuarantineLineCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        Whereabouts where;
        try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
            where = engine.origins().locateQuarantined(id, bar);
        }
        where.found().forEach(found -> console.say(RowStory.place(found, List.of(), false)));
        if (where.found().isEmpty()) {
            console.say(where.note().isEmpty() ? String.join(", ", where.missing()) + " is not there any more." : where.note());
        }
        return where.found().stream().anyMatch(found -> found.count() > 0) ? Cli.DONE : Cli.FAILED;
    }
}
