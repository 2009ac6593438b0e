package eider.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code eider stop}. */
@Command(name = "stop", description = {"Stop the server in good order.",
        "Loads finish or roll back, the database is written out. Waits until it is gone."},
        footerHeading = "%nExample:%n", footer = "  eider stop --home /srv/eider")
final class StopCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;

    StopCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() {
        // without an address this is no server but the command's own process, or a program that embeds Eider and stops it itself
        if (engine.server().address().isEmpty()) {
            console.say("No server runs on " + engine.server().home() + ".");
        } else {
            console.say("Stopping the server on " + engine.server().home() + ".");
            // the answer goes out before the pages that carry it go down
            console.flush();
            engine.server().stop();
        }
        return Cli.DONE;
    }
}
