package eider.cli;

import eider.engine.EngineException;
import eider.people.People.Imported;
import eider.people.People.Imported.Row;
import eider.people.People.Imported.State;
import eider.people.Viewer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code eider import-users FILE}. */
@Changes(value = "people.import", entry = Changes.Entry.BY_PEOPLE)
@Command(name = "import-users", sortOptions = false,
        description = {"Make accounts from a CSV file with the header username,email,role,initial_password.",
            "Further columns are attributes, such as sales_user_id: whose sales the person sees. Everybody is asked for a new password at the first sign-in. Who is there already stays"
                + " as he is, and a bad row keeps out nobody but itself: each row is reported, and the command fails if any is bad. No password is shown or kept in clear."},
        footerHeading = "%nExample:%n", footer = {"  eider import-users team.csv", "  eider import-users team.csv --format csv > report.csv"})
final class ImportUsersCommand implements Callable<Integer> {
    private static final Listing<Row> LISTING = new Listing<Row>()
            .id("line", Row::line)
            .text("username", Row::username)
            .brief("result", row -> word(row.state()))
            .detail("result", Row::state)
            .text("reason", Row::reason);
    private static final int MARK = 0xfeff;

    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Parameters(paramLabel = "FILE", description = "The file, in UTF-8.")
    private String name;

    @Mixin
    private FormatOption format;

    ImportUsersCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    private static String word(State state) {
        return switch (state) {
            case ADDED -> "added";
            case THERE_ALREADY -> "there already";
            case BAD -> "bad";
        };
    }

    @Override
    public Integer call() throws EngineException {
        Path file = console.file(name);
        if (!Files.exists(file)) {
            throw new EngineException("There is no file " + file + ".");
        }
        if (!Files.isRegularFile(file)) {
            throw new EngineException(file + " is not a file.");
        }
        Imported imported = read(file);
        long bad = imported.count(State.BAD);
        String counts = imported.count(State.ADDED) + " added, " + imported.count(State.THERE_ALREADY) + " there already, " + bad + " bad";
        if (!format.forPeople() || !imported.rows().isEmpty()) {
            LISTING.write(console, format.get(), imported.rows());
        }
        if (format.forPeople() && imported.count(State.ADDED) > 0 && engine.people().all().stream().noneMatch(person -> person.active() && person.role().equals(Viewer.ADMIN))) {
            console.tell("Nobody is an admin yet, and no set-up link works any more; make one: eider people set USER --role admin");
        }
        if (bad > 0) {
            console.tell(counts + ". Mend the bad rows and import the file again: who is there already stays as he is.");
            return Cli.FAILED;
        }
        if (format.forPeople()) {
            console.tell(imported.rows().isEmpty() ? "There is no row in " + file + "." : counts + ". The file holds passwords: delete it when everybody has signed in once.");
        }
        return Cli.DONE;
    }

    private Imported read(Path file) throws EngineException {
        try {
            // Looked through before anybody is added: what Excel saves as plain CSV is often in another encoding, and breaks off in the middle of a name.
            try (BufferedReader whole = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                whole.transferTo(Writer.nullWriter());
            }
            try (BufferedReader csv = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                csv.mark(1);
                if (csv.read() != MARK) {
                    csv.reset();
                }
                return engine.people().importFrom(csv, trail.by());
            }
        } catch (CharacterCodingException e) {
            throw new EngineException(file + " is not in UTF-8; save it as 'CSV UTF-8'. Nobody was added.", e);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be read (" + e.getClass().getSimpleName() + ").", e);
        }
    }
}
