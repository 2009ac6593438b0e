package eider.sync;

import eider.connector.Model;
import eider.connector.SourceException;
import eider.engine.OptionCheck;
import eider.engine.Server;
import eider.model.Canonical;
import eider.model.ModelFile;
import eider.model.OperatorModels;
import eider.quality.Rule;
import eider.store.Handling;
import eider.store.Sql;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** How each dataset is to be handled, as the files of {@code config/} say at the moment: a load asks once, when it begins. Any thread. */
@Component(service = {Datasets.class, OptionCheck.class})
public final class Datasets implements OptionCheck {
    private final Map<String, DatasetOptions> datasets = new ConcurrentHashMap<>();
    private final Map<String, TableOptions> tables = new ConcurrentHashMap<>();
    private final Map<String, Handling> chosen = new ConcurrentHashMap<>();
    private final OperatorModels models;
    /** By which name the models of a connection are asked for, where it is not its own. */
    private final Map<String, String> called = new ConcurrentHashMap<>();

    @Activate
    public Datasets(@Reference Server server) {
        this(OperatorModels.in(server.home()));
    }

    /** For programs without OSGi. Not a public constructor: Declarative Services would take it for one of a component, and tell an error. */
    public static Datasets with(OperatorModels models) {
        return new Datasets(models);
    }

    private Datasets(OperatorModels models) {
        this.models = models;
    }

    /** Without models of an operator. */
    public Datasets() {
        this(OperatorModels.NONE);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDataset(DatasetOptions options) {
        datasets.put(options.name(), options);
    }

    void removeDataset(DatasetOptions options) {
        datasets.remove(options.name(), options);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTable(TableOptions options) {
        tables.put(options.name(), options);
    }

    void removeTable(TableOptions options) {
        tables.remove(options.name(), options);
    }

    /**
     * The handling that an operator chose for a dataset of a connection, or the default.
     *
     * @throws SourceException of kind CONFIG where what was chosen is wrong: to go on with the default could remove what was to be kept
     */
    Handling of(String connection, String dataset) throws SourceException {
        DatasetOptions options = datasets.get(connection + "__" + dataset);
        return options == null ? chosen.getOrDefault(connection + "__" + dataset, Handling.DEFAULT) : options.handling();
    }

    /** The same choices for connections of other names, which are handled as {@code connection} is. */
    Datasets as(String connection, List<String> names) {
        Datasets same = new Datasets(models);
        same.tables.putAll(tables);
        String prefix = connection + "__";
        for (String name : names) {
            same.called.put(name, connection);
            datasets.forEach((dataset, options) -> {
                if (dataset.startsWith(prefix)) {
                    same.datasets.put(name + "__" + dataset.substring(prefix.length()), options);
                }
            });
            chosen.forEach((dataset, handling) -> {
                if (dataset.startsWith(prefix)) {
                    same.chosen.put(name + "__" + dataset.substring(prefix.length()), handling);
                }
            });
        }
        return same;
    }

    /**
     * The models by which the rows of a dataset become canonical ones.
     *
     * @param sql to judge by those of an operator
     * @param shipped the connector's
     * @param columns the columns that the rows have, with their SQL types
     */
    OperatorModels.Choice models(Sql sql, String connection, String dataset, List<Model> shipped, Map<String, String> columns) throws SQLException {
        return models.of(sql, called.getOrDefault(connection, connection), dataset, shipped, columns);
    }

    /** The files in which an operator wrote models. */
    List<ModelFile> modelFiles() throws IOException {
        return models.files();
    }

    /** How often a dataset is compared with its source; null: never. */
    Duration compareEvery(String connection, String dataset) {
        DatasetOptions options = datasets.get(connection + "__" + dataset);
        return options == null ? DatasetOptions.DAILY : options.compareEvery();
    }

    /** What the rows of a canonical table shall be like: what an operator wrote, or the table's own rules. */
    List<Rule> rules(Canonical table) throws SourceException {
        TableOptions options = tables.get(table.table());
        return options == null ? table.rules() : options.rules();
    }

    /** For programs without OSGi: where no file says how. */
    void choose(String connection, String dataset, Handling handling) {
        chosen.put(connection + "__" + dataset, handling);
    }

    /** For programs without OSGi: what the file {@code config/<pid>.cfg} would say. */
    public void configure(String pid, Map<String, Object> options) {
        Map<String, Object> properties = new HashMap<>(options);
        properties.put("service.pid", pid);
        switch (pid.substring(0, Math.max(0, pid.indexOf('~')))) {
            case DatasetOptions.PID -> addDataset(new DatasetOptions(properties));
            case TableOptions.PID -> addTable(new TableOptions(properties));
            default -> throw new IllegalArgumentException("'" + pid + "' is neither " + DatasetOptions.PID + "~<connection>__<dataset> nor " + TableOptions.PID + "~<table>");
        }
    }

    @Override
    public List<Problem> check(String pid, String name, Map<String, String> options) {
        try {
            switch (pid) {
                case DatasetOptions.PID -> {
                    FileOptions file = new FileOptions(pid, name, new HashMap<>(options), DatasetOptions.KEYS);
                    DatasetOptions.read(file);
                    DatasetOptions.compareEvery(file);
                }
                case TableOptions.PID -> TableOptions.read(new FileOptions(pid, name, new HashMap<>(options), TableOptions.KEYS));
                default -> { }
            }
            return List.of();
        } catch (FileOptions.Wrong e) {
            return List.of(new Problem(e.option(), e.sentence()));
        }
    }
}
