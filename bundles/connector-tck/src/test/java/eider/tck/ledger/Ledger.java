package eider.tck.ledger;

import eider.tck.Fault;
import eider.tck.Outside;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** The world of a ledger source: one file. */
public final class Ledger implements Outside {
    private final Path file;
    private int rows;

    public Ledger(Path home, String name) {
        file = home.resolve("inbox").resolve(name + ".txt");
    }

    @Override
    public Map<String, String> options() {
        return Map.of("file", file.toString(), "api_key", "open", "page", Integer.toString(1 + rows / 3));
    }

    @Override
    public void fill(int rows) throws IOException {
        this.rows = rows;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 1; i <= rows; i++) {
                out.write(i + ";put;e" + i + ";Name " + i % 97 + ";" + i % 1000 + ".25;" + LocalDate.of(2026, 1, 1).plusDays(i % 365) + "\n");
            }
        }
    }

    @Override
    public void change() throws IOException {
        Files.writeString(file, (rows + 1) + ";put;new;Somebody;1.00;2026-11-01\n" + (rows + 2) + ";put;e3;Renamed;3.25;2026-01-04\n"
                + (rows + 3) + ";gone;e5;;;\n", StandardOpenOption.APPEND);
    }

    @Override
    public List<Fault> faults() {
        return List.of(new Fault("file", "/nowhere/at/all"), new Fault("page", "0"));
    }
}
