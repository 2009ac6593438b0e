package eider.cli;

import eider.engine.EngineException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code eider setup-link} and {@code eider reset-password USER}: links that open once what a password would. Each goes to the standard output, once, and nowhere else: the
 * database has its digest alone, the log and the audit trail say that it was asked for.
 */
final class LinkCommands {
    private static final String LIFE = "It lives for 30 minutes and works once; asking again makes a new one and ends this.";

    private LinkCommands() {}

    /** @param path of the page, with the name of the parameter that carries the secret */
    private static int show(Console console, Optional<URI> address, String path, String secret, String what) {
        String base = address.map(URI::toString).map(text -> text.endsWith("/") ? text.substring(0, text.length() - 1) : text).orElse("");
        console.say(base + path + URLEncoder.encode(secret, StandardCharsets.UTF_8));
        console.tell((address.isPresent() ? "Open this link " : "No server runs on this home: start it with 'eider start', put its address before this, and open it ") + what + ". " + LIFE);
        return Cli.DONE;
    }

    /** {@code eider setup-link}. */
    @Changes(value = "set-up.link", entry = Changes.Entry.BY_PEOPLE)
    @Command(name = "setup-link", description = {"Print a link by which the first admin makes an account.",
            "It lives for 30 minutes, works once, and is dead as soon as there is any account. The first start prints one by itself."},
            footerHeading = "%nExample:%n", footer = "  eider setup-link")
    static final class SetUp implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        SetUp(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        /** The address is that of this machine, whatever others type: while there is no account, nobody else is served. */
        @Override
        public Integer call() throws EngineException {
            return show(console, engine.server().address(), "/set-up?key=", engine.people().setUpLink(trail.by()), "on this machine to make the first account, which is an admin");
        }
    }

    /** {@code eider reset-password USER}. */
    @Changes(value = "password.link", entry = Changes.Entry.BY_PEOPLE)
    @Command(name = "reset-password", description = {"Print a link by which a person sets a new password.",
            "It lives for 30 minutes and works once. The old password stays until then; a second factor stays as well ('eider people set USER --remove-second-factor' takes it away)."},
            footerHeading = "%nExample:%n", footer = "  eider reset-password ann")
    static final class Reset implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Parameters(paramLabel = "USER", description = "The user name; 'eider people' lists them.")
        private String user;

        Reset(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException {
            String name = PeopleCommand.known(engine, user).username();
            return show(console, engine.publicUrl().or(() -> engine.server().address()), "/reset?key=", engine.people().resetLink(name, trail.by()), "to set a new password for " + name);
        }
    }
}
