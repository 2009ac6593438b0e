package eider.engine;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * A command as a person typed it.
 *
 * @param arguments the words after {@code eider}, without {@code --home}
 * @param directory where the person stands: relative file names are meant from here
 * @param width columns of the terminal; 0 where the output is not a terminal, and then there is no colour and no progress bar
 * @param out what the command prints, UTF-8
 * @param err progress and errors, UTF-8
 */
public record CommandLine(List<String> arguments, Path directory, int width, OutputStream out, OutputStream err) {
    public CommandLine {
        arguments = List.copyOf(arguments);
    }
}
