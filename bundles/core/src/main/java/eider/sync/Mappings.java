package eider.sync;

import eider.connector.Model;
import eider.connector.Source;
import eider.engine.EngineException;
import eider.engine.Mapping;
import eider.model.ModelFile;
import eider.model.ModelSql;
import eider.model.Names;
import eider.store.Ledger;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Which models fill what at the moment, for people. Nothing is run of them. */
final class Mappings {
    private static final String CONNECTOR = "connector";

    private final Sql sql;
    private final Map<String, Source> sources;
    private final Map<String, Set<String>> known;
    private final List<Mapping> mappings = new ArrayList<>();

    private Mappings(Sql sql, Map<String, Source> sources) throws SQLException {
        this.sql = sql;
        this.sources = sources;
        this.known = Ledger.datasets(sql);
    }

    /** @param sources the connections there are; null where the connector is gone */
    static List<Mapping> of(Store store, Datasets datasets, Map<String, Source> sources) throws EngineException {
        try {
            List<ModelFile> files = datasets.modelFiles();
            return store.read(sql -> new Mappings(sql, sources).all(files));
        } catch (IOException e) {
            throw new EngineException("the folder config/models cannot be read: " + e, e);
        } catch (StoreException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    private List<Mapping> all(List<ModelFile> files) throws SQLException {
        for (Map.Entry<String, Source> source : sources.entrySet()) {
            for (Model model : source.getValue() == null ? List.<Model>of() : source.getValue().models()) {
                boolean replaced = files.stream().anyMatch(file -> source.getKey().equals(file.connection()) && model.from().equals(file.dataset())
                        && file.into() != null
                        && file.into().table().equals(model.into()));
                if (!replaced && known.getOrDefault(source.getKey(), Set.of()).contains(model.from())) {
                    mappings.add(new Mapping(source.getKey(), model.from(), model.into(), CONNECTOR, ""));
                }
            }
        }
        for (ModelFile file : files) {
            String fault = fault(file, files);
            mappings.add(new Mapping(Objects.requireNonNullElse(file.connection(), ""), Objects.requireNonNullElse(file.dataset(), ""),
                    file.into() == null ? "" : file.into().table(), file.shown(), fault == null ? "" : Names.sentence(fault)));
        }
        return List.copyOf(mappings);
    }

    private String fault(ModelFile file, List<ModelFile> files) throws SQLException {
        if (file.fault() != null) {
            return ModelSql.fault(file, file.fault());
        }
        Set<String> datasets = known.getOrDefault(file.connection(), Set.of());
        if (!sources.containsKey(file.connection()) && !file.connection().equals(Connections.BY_HAND)) {
            return ModelSql.fault(file, "there is no connection '" + file.connection() + "'" + Names.nearest(file.connection(), sources.keySet()));
        }
        if (!datasets.isEmpty() && !datasets.contains(file.dataset())) {
            return ModelSql.fault(file, file.connection() + " has no dataset '" + file.dataset() + "'" + Names.nearest(file.dataset(),
                    new TreeSet<>(datasets)));
        }
        for (ModelFile other : files) {
            if (other != file && file.connection().equals(other.connection()) && file.dataset().equals(other.dataset())
                    && file.into() == other.into()) {
                return ModelSql.fault(file, other.shown() + " fills the same table from the same dataset: keep one of them");
            }
        }
        return ModelSql.of(sql, file, Ledger.columns(sql, file.connection(), file.dataset())).fault();
    }
}
