package eider.model;

import eider.connector.Model;
import eider.store.Sql;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The models that an operator wrote, in {@code config/models/}. The folder is looked at each time that it is asked for: what is written there counts
 * for the next sync. Any thread.
 */
public final class OperatorModels {
    /** There is no such folder. */
    public static final OperatorModels NONE = new OperatorModels(null);
    private static final String ENDING = ".sql";
    private static final String SHOWN = "config/models/";

    private final Path folder;

    private OperatorModels(Path folder) {
        this.folder = folder;
    }

    public static OperatorModels in(Path home) {
        return new OperatorModels(home.resolve("config").resolve("models"));
    }

    /**
     * A model that counts.
     *
     * @param model with the SQL that is to be applied
     * @param told what it is called where it fails; null: as the connector's model of the connection
     */
    public record Chosen(Model model, String told) {}

    /**
     * What counts for one dataset, and all that is wrong with it: sentences without a full stop. Where anything is wrong its rows must not be loaded.
     */
    public record Choice(List<Chosen> models, List<String> faults) {}

    /** All files, by their names. */
    public List<ModelFile> files() throws IOException {
        List<ModelFile> files = new ArrayList<>();
        if (folder == null || !Files.isDirectory(folder)) {
            return files;
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : entries) {
                if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".")) {
                    found.add(file);
                }
            }
        }
        found.sort(null);
        for (Path file : found) {
            files.add(ModelFile.read(file, SHOWN + file.getFileName()));
        }
        return files;
    }

    /**
     * The models of a dataset: those of its connector, in whose place an operator's stand that fill the same table, and then the other ones of the
     * operator.
     *
     * @param sql to judge by; nothing is changed
     * @param shipped the connector's
     * @param columns the columns that the dataset's rows have, with their SQL types
     */
    public Choice of(Sql sql, String connection, String dataset, List<Model> shipped, Map<String, String> columns) throws SQLException {
        List<ModelFile> mine;
        try {
            mine = files().stream().filter(file -> connection.equals(file.connection()) && dataset.equals(file.dataset())).toList();
        } catch (IOException e) {
            return new Choice(List.of(), List.of("the folder " + SHOWN + " cannot be read (" + e + ")"));
        }
        List<Chosen> chosen = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (Model model : shipped) {
            if (model.from().equals(dataset)) {
                ModelFile instead = mine.stream().filter(file -> file.into() != null
                        && file.into().table().equals(model.into())).findFirst().orElse(null);
                if (instead == null) {
                    chosen.add(new Chosen(model, null));
                }
            }
        }
        List<Canonical> filled = new ArrayList<>();
        for (ModelFile file : mine) {
            ModelFile twin = mine.stream().filter(other -> other != file && other.into() != null
                    && other.into() == file.into()).findFirst().orElse(null);
            if (twin != null) {
                if (!filled.contains(file.into())) {
                    faults.add(file.shown() + " and " + twin.shown() + " both fill " + file.into().table() + " from " + connection + "." + dataset
                            + ": keep one of them");
                }
                filled.add(file.into());
                continue;
            }
            ModelSql.Judged judged = ModelSql.of(sql, file, columns);
            if (judged.fault() != null) {
                faults.add(judged.fault());
            } else {
                chosen.add(new Chosen(file.model(judged.sql()), file.told()));
            }
        }
        return new Choice(List.copyOf(chosen), List.copyOf(faults));
    }
}
