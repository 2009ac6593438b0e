package eider.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code eider stop}. */
@Changes(value = "stop", entry = Changes.Entry.WISHED)
@Command(name = "stop", description = {"Stop the server in good order.",
        "Loads finish or roll back, the database is written out. Waits until it is gone."},
        footerHeading = "%nExample:%n", footer = "  eider stop --home /srv/eider")
final class StopCommand implements Callable<Integer>, Changes.Sometimes {
    private final Console console;
    private final Engine engine;
    private final Trail trail;

    StopCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Override
    public boolean changes() {
        // without an address this is no server but the command's own process, or a program that embeds Eider and stops it itself
        return engine.server().address().isPresent();
    }

    @Override
    public Integer call() {
        if (!changes()) {
            console.say("No server runs on " + engine.server().home() + ".");
        } else {
            console.say("Stopping the server on " + engine.server().home() + ".");
            trail.on("server on " + engine.server().home()).writeNow();
            // the answer goes out before the pages that carry it go down
            console.flush();
            engine.server().stop();
        }
        return Cli.DONE;
    }
}
