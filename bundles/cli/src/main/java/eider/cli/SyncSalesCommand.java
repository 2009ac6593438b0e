package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code eider sync-sales --csv FILE}. */
@Changes("sync")
@Command(name = "sync-sales", sortOptions = false,
        description = {"Load a file of sales, wherever it lies.",
            "The same file again changes nothing; a changed file replaces the rows that came from it."
                + " Rows that cannot be read are kept in quarantine, the others are loaded."},
        footerHeading = "%nExample:%n", footer = {"  eider sync-sales --csv docs/examples/sales.csv", "  eider quarantine"})
final class SyncSalesCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Option(names = "--csv", paramLabel = "FILE", required = true,
            description = "The file: delimited text in any usual encoding and dialect, plain or compressed.")
    private String csv;

    @Option(names = "--approve", description = "Go on even if the file would remove more than half of what an earlier version of it brought.")
    private boolean approve;

    @Mixin
    private FormatOption format;

    SyncSalesCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        Path file = console.file(csv);
        trail.on("file " + file);
        if (!Files.exists(file)) {
            throw new EngineException("There is no file " + file + ".");
        }
        if (!Files.isRegularFile(file)) {
            throw new EngineException(file + " is not a file; name a single file, or configure a folder in config/files~NAME.cfg.");
        }
        Load load;
        try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
            load = engine.syncs().load(file, "sales", approve, bar);
        }
        trail.after(List.of(load));
        return new Outcome(console, format, "eider sync-sales --csv " + Shell.word(csv) + " --approve").tell(List.of(load));
    }
}
