package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Plugin;
import eider.engine.Rows;
import eider.engine.Server;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code eider status}. */
@Reads
@Command(name = "status", description = {"Tell whether a server runs, and what is loaded.",
        "Also what needs looking at: rows in quarantine, plugins that do not serve. Works with and without a server."},
        footerHeading = "%nExample:%n", footer = "  eider status --format json")
final class StatusCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final Console console;
    private final Engine engine;

    @Mixin
    private FormatOption format;

    StatusCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        Server server = engine.server();
        boolean running = server.address().isPresent();
        // what the process itself knows is told even where the store cannot be opened
        if (format.forPeople()) {
            line("home", server.home() + (server.demo() ? " (demo)" : ""));
            line("version", server.version());
            line("server", running ? "running since " + TIME.format(server.started().atZone(ZoneId.systemDefault())) : "not running");
            server.address().ifPresent(address -> line("address", address.toString()));
        }
        List<Plugin> plugins = engine.plugins().plugins();
        List<Plugin> problems = plugins.stream().filter(StatusCommand::problem).toList();
        int connections = engine.syncs().connections().size();
        Load last = engine.loads().latest(1).stream().findFirst().orElse(null);
        long sales = sales();
        long quarantined = engine.loads().quarantined(null);
        long images = engine.loads().imageBytes();
        if (format.forPeople()) {
            line("sources", Text.grouped(connections));
            line("last load", last == null ? "none yet" : describe(last));
            line("sales", Text.count(sales, "row"));
            line("quarantine", Text.count(quarantined, "row") + (quarantined > 0 ? "; see: eider quarantine" : ""));
            line("undo", "keeps " + Text.megabytes(images) + " of rows that loads replaced or removed");
            line("plugins", Text.grouped(plugins.size()) + (problems.isEmpty() ? "" : ", " + Text.grouped(problems.size()) + " with a problem"));
            problems.forEach(plugin -> line("", plugin.file() + ": " + plugin.reason()));
        } else {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("home", server.home().toString());
            members.put("version", server.version());
            members.put("running", running);
            members.put("started", running ? server.started() : null);
            members.put("address", server.address().map(URI::toString).orElse(null));
            members.put("demo", server.demo());
            members.put("sources", connections);
            members.put("last_load", last == null ? null : last.id());
            members.put("last_load_state", last == null ? null : last.state());
            members.put("last_load_finished", last == null ? null : last.finished());
            members.put("sales_rows", sales);
            members.put("quarantined", quarantined);
            members.put("image_bytes", images);
            members.put("plugins", plugins.size());
            members.put("plugin_problems", problems.stream().map(plugin -> Map.of("file", plugin.file(), "reason", plugin.reason())).toList());
            script(members);
        }
        return Cli.DONE;
    }

    private void script(Map<String, Object> members) {
        if (format.get() == Format.JSON) {
            console.print(Json.document(members));
        } else {
            List<Heading> headings = members.keySet().stream().map(key -> new Heading(key, key, false, false, "")).toList();
            try (RowWriter writer = format.get().open(console, headings)) {
                writer.row(members.values().toArray());
            }
        }
    }

    private void line(String name, String value) {
        console.say(name + " ".repeat(12 - name.length()) + value);
    }

    private static boolean problem(Plugin plugin) {
        return switch (plugin.state()) {
            case SERVING, SUPERSEDED -> false;
            case FAILED, REFUSED -> true;
        };
    }

    private static String describe(Load load) {
        return load.id() + ", " + load.connection() + " " + load.dataset() + ", " + Values.text(load.state()) + ", "
                + TIME.format((load.finished() == null ? load.started() : load.finished()).atZone(ZoneId.systemDefault()));
    }

    private long sales() throws EngineException {
        try (Rows rows = engine.queries().query("select count(*) from sales", LIMIT)) {
            return rows.next() ? rows.number(0) : 0;
        }
    }
}
