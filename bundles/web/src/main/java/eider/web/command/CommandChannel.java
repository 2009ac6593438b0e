package eider.web.command;

import eider.engine.CommandLine;
import eider.engine.Commands;
import eider.web.Answer;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.api.Json;
import eider.web.door.Door;
import eider.web.door.Guarded;
import eider.web.door.Open;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/commands}: runs a command line for whoever holds the token of {@link CommandFile}, each on a thread of its own,
 * and streams {@link Frames}. When the reader goes away the thread is interrupted, which cancels the command; a silent command is
 * found out within two seconds, by the frame that says it still runs. A command that runs while the server stops gets
 * {@link #GRACE} to end by itself ({@code ./eider stop} is such a one).
 */
@Open
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/commands")
public final class CommandChannel extends Guarded {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(CommandChannel.class);
    static final int AT_ONCE = 8;
    static final int LONGEST = 1 << 20;
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final transient Engine engine;
    private final transient CommandFile file;
    private final transient Semaphore places = new Semaphore(AT_ONCE);
    private final transient Set<Thread> running = ConcurrentHashMap.newKeySet();
    private final transient AtomicLong number = new AtomicLong();

    @Activate
    public CommandChannel(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference CommandFile file) {
        super(door);
        this.engine = engine;
        this.file = file;
    }

    /**
     * What is posted.
     *
     * @param arguments the words after {@code eider}
     * @param directory where the person stands, absolute
     * @param width columns of the terminal, 0 for none
     * @param account of the operating system, as the client tells it; null where it does not. Nothing but the token proves it, see {@link CommandLine}
     */
    record Request(List<String> arguments, String directory, int width, String account) {
        Request {
            if (arguments == null || arguments.contains(null)) {
                throw new IllegalArgumentException("'arguments' must be a list of words.");
            }
            if (directory == null || !Path.of(directory).isAbsolute()) {
                throw new IllegalArgumentException("'directory' must be an absolute path.");
            }
            if (width < 0) {
                throw new IllegalArgumentException("'width' must not be negative.");
            }
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!file.opens(request.getHeader("Authorization"))) {
            response.setHeader("WWW-Authenticate", "Bearer");
            Answer.sentence(request, response, 401, "Commands need the token that stands in data/command.properties of the home.");
            return;
        }
        byte[] body = request.getInputStream().readNBytes(LONGEST + 1);
        if (body.length > LONGEST) {
            Answer.sentence(request, response, 413, "A command line of more than " + LONGEST + " bytes is not taken.");
            return;
        }
        Request asked;
        try {
            asked = Json.read(body, Request.class);
        } catch (IllegalArgumentException e) {
            Answer.sentence(request, response, 400, "This is no command line: " + e.getMessage());
            return;
        }
        Optional<Commands> commands = engine.commands();
        if (commands.isEmpty()) {
            Answer.sentence(request, response, 503, "Commands are not ready yet; try again in a moment.");
            return;
        }
        if (!places.tryAcquire()) {
            Answer.sentence(request, response, 429, AT_ONCE + " commands run already; wait until one of them ends.");
            return;
        }
        try {
            response.setContentType("application/x-eider-stream");
            run(commands.get(), asked, new Frames(response.getOutputStream()));
        } finally {
            places.release();
        }
    }

    private void run(Commands commands, Request asked, Frames frames) throws IOException {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        OutputStream out = frames.out();
        OutputStream err = frames.err();
        CommandLine line = new CommandLine(asked.arguments(), Path.of(asked.directory()), asked.width(), asked.account(), out, err);
        Thread thread = Thread.ofPlatform().name("command-" + number.incrementAndGet()).unstarted(() -> {
            try {
                exit.complete(commands.run(line));
            } catch (RuntimeException | Error e) {
                exit.completeExceptionally(e);
            }
        });
        running.add(thread);
        try {
            thread.start();
            OptionalInt code = await(exit, frames, thread);
            if (code.isPresent()) {
                out.flush();
                err.flush();
                frames.exit(code.getAsInt());
            }
        } catch (ExecutionException e) {
            LOG.error("The command {} failed", asked.arguments().stream().findFirst().orElse("(none)"), e.getCause());
            err.write("The command failed by a fault of Eider's own; the log of the server says why.\n".getBytes(StandardCharsets.UTF_8));
            frames.exit(1);
        } finally {
            running.remove(thread);
        }
    }

    /**
     * Waits for the command, and interrupts it when its reader is gone or this thread shall end.
     *
     * @return once it has ended: its exit code, or nothing where nobody reads it any more
     */
    private static OptionalInt await(CompletableFuture<Integer> exit, Frames frames, Thread thread) throws ExecutionException {
        IOException gone = null;
        boolean interrupted = false;
        while (true) {
            try {
                int code = exit.get(500, TimeUnit.MILLISECONDS);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return gone == null ? OptionalInt.of(code) : OptionalInt.empty();
            } catch (TimeoutException quiet) {
                if (gone == null) {
                    try {
                        frames.beat();
                    } catch (IOException e) {
                        gone = e;
                    }
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (gone != null || interrupted) {
                thread.interrupt();
            }
        }
    }

    @Deactivate
    void close() throws InterruptedException {
        places.drainPermits();
        Instant end = Instant.now().plus(GRACE);
        for (Thread thread : running) {
            thread.join(Duration.between(Instant.now(), end).isPositive() ? Duration.between(Instant.now(), end) : Duration.ZERO);
        }
        for (Thread thread : running) {
            thread.interrupt();
            thread.join(GRACE);
        }
    }
}
