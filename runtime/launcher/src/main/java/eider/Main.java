package eider;

import eider.engine.CommandLine;
import eider.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.Constants;
import org.osgi.service.cm.ManagedService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command line: {@code start} runs the server here; every other command is run by the server of the home, or in this process when none runs.
 * Exit codes: 0 done, 1 failed, 2 wrong usage.
 */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final int CANCELLED = 130;
    private static final int DEFAULT_PORT = 8080;
    /** How long a command waits for another one, or for a server that is just starting or stopping. */
    private static final Duration OTHERS = Duration.ofSeconds(40);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    /** Words that ask for an explanation only: they need no home, and make none. */
    private static final Set<String> EXPLAIN = Set.of("--help", "-h", "help", "--version", "-V");

    private final PrintStream out;
    private final PrintStream err;
    private final Distribution distribution;
    private final boolean colour;

    private Main(PrintStream out, PrintStream err, Distribution distribution) {
        this.out = out;
        this.err = err;
        this.distribution = distribution;
        this.colour = System.getenv("EIDER_COLOUR") != null && System.getenv("NO_COLOR") == null;
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        int exit;
        try {
            String folder = System.getProperty(Distribution.FOLDER);
            exit = folder == null ? usage(err, "Start Eider with the script 'eider' of its distribution.")
                : new Main(out, err, Distribution.in(Path.of(folder))).run(arguments);
        } catch (EngineException e) {
            err.println(e.getMessage());
            exit = FAILED;
        }
        out.flush();
        System.exit(exit);
    }

    private static int usage(PrintStream err, String sentence) {
        err.println(sentence);
        return WRONG_USAGE;
    }

    private int run(String[] words) {
        List<String> arguments = new ArrayList<>();
        Path folder = Path.of(System.getProperty("eider.home", "."));
        for (int i = 0; i < words.length; i++) {
            if (words[i].equals("--home")) {
                if (++i == words.length) {
                    return usage(err, "--home needs a folder: --home DIR");
                }
                folder = Path.of(words[i]);
            } else if (words[i].startsWith("--home=")) {
                folder = Path.of(words[i].substring("--home=".length()));
            } else {
                arguments.add(words[i]);
            }
        }
        try {
            if (arguments.isEmpty() || arguments.stream().anyMatch(EXPLAIN::contains)) {
                return explain(arguments);
            }
            return switch (arguments.get(0)) {
                case "start" -> start(folder, arguments.subList(1, arguments.size()));
                case "stop" -> stop(folder, arguments);
                default -> command(folder, arguments);
            };
        } catch (EngineException e) {
            return fail(e.getMessage(), e);
        } catch (IOException e) {
            return fail("The home " + folder + " cannot be used (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            return CANCELLED;
        }
    }

    private int fail(String sentence, Exception cause) {
        LOG.error("{}", sentence, cause);
        err.println(colour ? "\u001b[31m" + sentence + "\u001b[0m" : sentence);
        return FAILED;
    }

    // ---- the server ----

    private int start(Path folder, List<String> options) throws EngineException, IOException, InterruptedException {
        int port = DEFAULT_PORT;
        boolean demo = false;
        for (int i = 0; i < options.size(); i++) {
            String option = options.get(i);
            if (option.equals("--demo")) {
                demo = true;
            } else if (option.equals("--port") && i + 1 < options.size() || option.startsWith("--port=")) {
                String text = option.equals("--port") ? options.get(++i) : option.substring("--port=".length());
                try {
                    port = Integer.parseInt(text);
                } catch (NumberFormatException e) {
                    port = -1;
                }
                if (port < 0 || port > 65535) {
                    return usage(err, "--port " + text + " is no port: a number from 0 (any free one) to 65535");
                }
            } else {
                return usage(err, "eider start does not know '" + option + "'. Usage: eider start [--demo] [--home DIR] [--port N]");
            }
        }
        long began = System.nanoTime();
        Home home = Home.open(folder, distribution.samples());
        HomeLock lock = HomeLock.take(home.lock()).orElseThrow(() -> Eider.alreadyRunning(home));
        ServerLog log = ServerLog.into(home.logs());
        LOG.info("Eider {} starts, pid {}, Java {}, home {}", Eider.version(), ProcessHandle.current().pid(), Runtime.version(), home.root());
        say("Eider " + Eider.version() + " starts");
        Eider.Builder builder = Eider.builder().home(home.root()).port(port).demo(demo).distribution(distribution).lock(lock)
            .progress(stage -> say("  " + stage))
            .stopping(() -> {
                LOG.info("stopping");
                say("Stopping");
            })
            .atLevelOne(container -> container.offer(ManagedService.class, log, Map.of(Constants.SERVICE_PID, "log")));
        try (Eider eider = builder.start()) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(eider, log)));
            String seconds = "%.1f s".formatted((System.nanoTime() - began) / 1e9);
            LOG.info("serving {} after {}", eider.address().orElseThrow(), seconds);
            say("");
            say("Ready after " + seconds + ": " + eider.address().orElseThrow() + "/");
            say("  data      " + home.root());
            say("  log       " + home.logs().resolve("eider.log"));
            say("  to stop   Ctrl-C, or: eider stop" + (folder.equals(Path.of(System.getProperty("eider.home", "."))) ? "" : " --home " + folder));
            wayIn(eider, home.demo(false));
            eider.awaitClose();
        }
        return DONE;
    }

    /** How to sign in at first. While there is no account only a link leads in: it is for whoever reads the console, and neither log nor file has it. */
    private void wayIn(Eider eider, boolean demo) {
        if (demo) {
            say("");
            say("Sign in as admin (password admin123), manager (manager123) or user (user123).");
            return;
        }
        try {
            if (!eider.people().none()) {
                return;
            }
            ByteArrayOutputStream link = new ByteArrayOutputStream();
            ByteArrayOutputStream how = new ByteArrayOutputStream();
            boolean made = eider.commands().run(new CommandLine(List.of("setup-link"), here(), 0, account(), link, how)) == DONE;
            say("");
            say(made ? "There is no account yet:" : "There is no account yet, and no link to make one:");
            for (String line : (link.toString(StandardCharsets.UTF_8) + how.toString(StandardCharsets.UTF_8)).lines().toList()) {
                say("  " + line);
            }
        } catch (EngineException e) {
            LOG.error("whether there is an account cannot be told", e);
            say("Nobody can sign in: " + e.getMessage());
        } catch (RuntimeException e) {
            if (e.getCause() instanceof EngineException told) {
                say("Nobody can sign in: " + told.getMessage());
            }
            LOG.error("whether there is an account cannot be told; a stop at this very moment takes the services away", e);
        }
    }

    /** The way out of a server, whatever asked for it: a signal, {@code eider stop}, or the end of {@code main}. */
    private void end(Eider eider, ServerLog log) {
        eider.close();
        LOG.info("stopped");
        say("Stopped");
        log.close();
        // An orderly stop is no failure; without this the JVM tells 143 after SIGTERM.
        Runtime.getRuntime().halt(DONE);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    // ---- commands ----

    /** Help needs the commands, but neither home nor lock: it is given from a home that is thrown away. */
    private int explain(List<String> arguments) throws EngineException {
        try (Eider eider = Eider.builder().inMemory().distribution(distribution).start()) {
            return eider.commands().run(new CommandLine(arguments, here(), width(), account(), out, err));
        }
    }

    private int stop(Path folder, List<String> arguments) throws EngineException, IOException, InterruptedException {
        Home home = existing(folder);
        if (home == null || !HomeLock.isHeld(home.lock())) {
            say("Eider is not running in " + folder.toAbsolutePath().normalize());
            return DONE;
        }
        Optional<ProcessHandle> process = HomeLock.holder(home.lock()).flatMap(ProcessHandle::of);
        Optional<CommandClient> server = CommandClient.of(home.commandFile());
        try {
            if (server.isPresent()) {
                int exit = server.get().run(arguments, here(), width(), account(), out, err);
                if (exit != DONE) {
                    return exit;
                }
            } else {
                signal(home);
            }
        } catch (ConnectException e) {
            signal(home);
        }
        long end = System.nanoTime() + OTHERS.toNanos();
        while (HomeLock.isHeld(home.lock())) {
            if (System.nanoTime() > end) {
                throw new EngineException("Eider still runs after " + OTHERS.toSeconds() + " s"
                    + HomeLock.holder(home.lock()).map(pid -> " (pid " + pid + ")").orElse("")
                    + "; its log says why: " + home.logs().resolve("eider.log"));
            }
            Thread.sleep(LOOK_AGAIN);
        }
        if (process.isPresent()) {
            try {
                // It has let the home go, and is now writing the class archive that makes its next start cheap.
                process.get().onExit().get(OTHERS.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("the stopped process {} is still there", process.get().pid(), e);
            }
        }
        return DONE;
    }

    /** Asks a process that cannot be talked to, because it is just starting or has no pages, by SIGTERM, which it answers in the same order. */
    private static void signal(Home home) throws EngineException {
        boolean asked = HomeLock.holder(home.lock()).flatMap(ProcessHandle::of).map(ProcessHandle::destroy).orElse(false);
        if (!asked) {
            throw new EngineException("Eider runs in " + home.root() + ", but cannot be reached. Stop it as the user who started it.");
        }
    }

    private int command(Path folder, List<String> arguments) throws EngineException, IOException, InterruptedException {
        Home home = existing(folder);
        if (home != null) {
            Optional<CommandClient> server = ofHome(home);
            if (server.isPresent()) {
                try {
                    return server.get().run(arguments, here(), width(), account(), out, err);
                } catch (ConnectException e) {
                    LOG.debug("nobody listens there any more", e);
                }
            }
        }
        Home opened = Home.open(folder, distribution.samples());
        HomeLock lock = takePatiently(opened);
        ServerLog log = ServerLog.into(opened.logs());
        try (Eider eider = Eider.builder().home(opened.root()).distribution(distribution).lock(lock)
                .atLevelOne(container -> container.offer(ManagedService.class, log, Map.of(Constants.SERVICE_PID, "log"))).start()) {
            return here(eider, arguments);
        } finally {
            log.close();
        }
    }

    /** Runs a command in this process; Ctrl-C interrupts it and lets it end in order. */
    private int here(Eider eider, List<String> arguments) throws EngineException {
        Thread runner = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        AtomicBoolean cancelled = new AtomicBoolean();
        Thread cancel = Thread.ofPlatform().unstarted(() -> {
            cancelled.set(true);
            runner.interrupt();
            try {
                if (!done.await(10, TimeUnit.SECONDS)) {
                    LOG.warn("the cancelled command did not end within 10 s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            eider.close();
        });
        Runtime.getRuntime().addShutdownHook(cancel);
        int exit;
        try {
            exit = eider.commands().run(new CommandLine(arguments, here(), width(), account(), out, err));
        } catch (RuntimeException e) {
            if (!cancelled.get()) {
                throw e;
            }
            LOG.info("a cancelled command ended with", e); // what it stood on was taken away
            exit = CANCELLED;
        } finally {
            done.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(cancel);
        } catch (IllegalStateException e) {
            return CANCELLED; // the JVM is going down already
        }
        return exit;
    }

    /** The home, if it was started once; a command that needs none must not make one. */
    private static Home existing(Path folder) throws IOException {
        return Files.isDirectory(folder.resolve("data")) ? new Home(folder.toRealPath()) : null;
    }

    /**
     * Waits while somebody has the home and cannot be talked to: a server that is starting or stopping, or another command. Empty when nobody has
     * it.
     */
    private static Optional<CommandClient> ofHome(Home home) throws IOException, EngineException, InterruptedException {
        long end = System.nanoTime() + OTHERS.toNanos();
        while (HomeLock.isHeld(home.lock())) {
            Optional<CommandClient> server = CommandClient.of(home.commandFile());
            if (server.isPresent()) {
                return server;
            }
            if (System.nanoTime() > end) {
                throw new EngineException("Another command is busy in " + home.root()
                    + HomeLock.holder(home.lock()).map(pid -> " (pid " + pid + ")").orElse("") + ". Wait for it, or stop it.");
            }
            Thread.sleep(LOOK_AGAIN);
        }
        return Optional.empty();
    }

    private static HomeLock takePatiently(Home home) throws IOException, EngineException, InterruptedException {
        long end = System.nanoTime() + OTHERS.toNanos();
        while (true) {
            Optional<HomeLock> lock = HomeLock.take(home.lock());
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() > end) {
                throw Eider.alreadyRunning(home);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private static Path here() {
        return Path.of("").toAbsolutePath();
    }

    /**
     * As the operating system tells it of this process: the property {@code user.name} can be set to anything by EIDER_JAVA_OPTIONS. The files of a home are open to its owner
     * alone, so that several people often work as him: then it says for whom sudo did it.
     */
    private static String account() {
        String account = ProcessHandle.current().info().user().orElseGet(() -> System.getProperty("user.name"));
        String sudo = System.getenv("SUDO_USER");
        return sudo == null || sudo.isBlank() || sudo.equals(account) ? account : account + ", by sudo of " + sudo;
    }

    /** The script measures the terminal and says so. */
    private static int width() {
        String width = System.getenv("EIDER_WIDTH");
        try {
            return width == null || width.isEmpty() ? 0 : Integer.parseUnsignedInt(width);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
