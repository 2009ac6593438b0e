package eider.cli;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a command prints: UTF-8, line ends {@code \n} on every system, and flushed by {@link #flush} or where the two streams take turns. */
final class Console {
    private final OutputStream answer;
    private final PrintStream out;
    private final PrintStream err;
    private final int width;
    private final Path directory;
    private final String account;

    Console(eider.engine.CommandLine line) {
        this.answer = line.out();
        this.out = new PrintStream(new BufferedOutputStream(line.out(), 1 << 15), false, StandardCharsets.UTF_8);
        this.err = new PrintStream(new BufferedOutputStream(line.err(), 1 << 10), false, StandardCharsets.UTF_8);
        this.width = line.width();
        this.directory = line.directory();
        this.account = line.account();
    }

    /** Columns of the terminal; 0 where the output is none. */
    int width() {
        return width;
    }

    boolean terminal() {
        return width > 0;
    }

    /** Who uses the terminal, as the client tells it. */
    String account() {
        return account;
    }

    /** The file that a person named, seen from where they stand. */
    Path file(String name) {
        return directory.resolve(name).normalize();
    }

    /** A line of the answer. */
    void say(String line) {
        print(Text.plain(line));
        print("\n");
    }

    /** Text of the answer as it is; whoever calls this has made it plain where that is called for. */
    void print(String text) {
        out.print(text);
    }

    /** A line for the person beside the answer: a hint, a failure. Never part of what a script reads. */
    void tell(String line) {
        out.flush();
        err.print(Text.plain(line));
        err.print("\n");
        err.flush();
    }

    /** Text for the person as it is. */
    void tellRaw(String text) {
        err.print(text);
        err.flush();
    }

    /** Whether nobody reads any more: the terminal was closed, the pipe's reader is gone. */
    boolean gone() {
        // a PrintStream below swallows the exception that ours would notice
        return out.checkError() || answer instanceof PrintStream printed && printed.checkError();
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
