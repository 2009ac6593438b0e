package eider.cli;

import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code eider sources}. */
@Command(name = "sources", description = {"List the configured sources and their last sync.", "Each file config/<connector>~<name>.cfg makes one."},
        footerHeading = "%nExample:%n", footer = "  eider sources --format json")
final class SourcesCommand implements Callable<Integer> {
    private static final Listing<Connection> LISTING = new Listing<Connection>()
            .text("name", Connection::name)
            .text("connector", Connection::connector)
            .text("state", Connection::state)
            .text("last_sync", connection -> connection.lastLoad().map(Load::started).orElse(null))
            .text("last_state", connection -> connection.lastLoad().map(Load::state).orElse(null))
            .text("message", Connection::message)
            .detail("last_loads", connection -> connection.lastLoads().stream().map(SourcesCommand::members).toList());

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
        } else {
            LISTING.write(console, format.get(), connections);
        }
        return Cli.DONE;
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
}
