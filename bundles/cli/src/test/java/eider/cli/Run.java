package eider.cli;

import eider.engine.CommandLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What came of a command line. */
record Run(int code, String out, String err) {

    static Run of(FakeEngine engine, String... words) {
        return of(engine, 0, Path.of("/home/ann"), words);
    }

    static Run on(int width, FakeEngine engine, String... words) {
        return of(engine, width, Path.of("/home/ann"), words);
    }

    static Run of(FakeEngine engine, int width, Path directory, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Cli(() -> engine).run(new CommandLine(List.of(words), directory, width, "ann", out, err));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
