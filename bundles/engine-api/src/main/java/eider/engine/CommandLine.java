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
 * @param account of the operating system that the person uses, for the audit trail. A client tells it about itself, and the server believes it as far as it believes whoever
 *     holds the token of {@code data/command.properties}: only the owner of the home, and root, can read that file, and either may tell any name. Control characters
 *     become {@code ?}, and more than 100 characters are cut; {@link #UNKNOWN} where it is not told
 * @param out what the command prints, UTF-8
 * @param err progress and errors, UTF-8
 */
public record CommandLine(List<String> arguments, Path directory, int width, String account, OutputStream out, OutputStream err) {
    /** The account of somebody who does not tell it. */
    public static final String UNKNOWN = "unknown";
    private static final int LONGEST_ACCOUNT = 100;

    public CommandLine {
        arguments = List.copyOf(arguments);
        account = account == null || account.isBlank() ? UNKNOWN : account.strip().replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
        account = account.length() > LONGEST_ACCOUNT ? account.substring(0, LONGEST_ACCOUNT) : account;
    }
}
