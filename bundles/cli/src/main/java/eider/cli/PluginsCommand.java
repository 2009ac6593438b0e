package eider.cli;

import eider.engine.EngineException;
import eider.engine.Plugin;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code eider plugins}. */
@Reads
@Command(name = "plugins", description = {"List the connector jars, and why some do not serve.",
        "They are those in the drop folders. JSON and CSV have the whole SHA-256 of each."},
        footerHeading = "%nExample:%n", footer = "  eider plugins --format json")
final class PluginsCommand implements Callable<Integer> {
    private static final int BRIEF = 12;
    private static final Listing<Plugin> LISTING = new Listing<Plugin>()
            .text("file", Plugin::file)
            .detail("name", Plugin::name)
            .text("version", Plugin::version)
            .text("state", Plugin::state)
            .text("since", Plugin::since)
            .detail("sha256", Plugin::sha256)
            .brief("sha256", plugin -> plugin.sha256().substring(0, Math.min(BRIEF, plugin.sha256().length())))
            .text("reason", Plugin::reason);

    private final Console console;
    private final Engine engine;

    @Mixin
    private FormatOption format;

    PluginsCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        List<Plugin> plugins = engine.plugins().plugins();
        if (plugins.isEmpty() && format.forPeople()) {
            console.say("There is no plugin. Drop connector jars into " + engine.server().home().resolve("plugins") + ".");
        } else {
            LISTING.write(console, format.get(), plugins);
        }
        return Cli.DONE;
    }
}
