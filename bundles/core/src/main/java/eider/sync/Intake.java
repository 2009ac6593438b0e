package eider.sync;

import eider.connector.Dataset;
import eider.connector.Model;
import eider.connector.SourceException;
import eider.model.Canonical;
import eider.model.ModelDerivation;
import eider.model.Names;
import eider.model.OperatorModels.Choice;
import eider.model.OperatorModels.Chosen;
import eider.quality.Rule;
import eider.store.Derivation;
import eider.store.Handling;
import eider.store.Holds;
import eider.store.Ledger;
import eider.store.Pending;
import eider.store.Rederivation;
import eider.store.Store;
import eider.store.StoreException;
import eider.store.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the rows of one dataset are taken in, asked once when its load begins.
 *
 * @param derivations the canonical tables that they go into
 * @param fault what is wrong with the options or models by which they would have to be loaded; null where nothing is
 * @param hold why they are not to be read before somebody says how it goes on; null if they are
 */
record Intake(Dataset dataset, Handling handling, List<Derivation> derivations, String fault, String hold) {

    /** @param shipped the models of the connector */
    static Intake of(Tools tools, Order order, Dataset dataset, List<Model> shipped) throws StoreException, SourceException {
        Store store = tools.store();
        String connection = order.connection();
        Handling handling = Handling.DEFAULT;
        String fault = null;
        try {
            handling = tools.datasets().of(connection, dataset.name());
        } catch (SourceException e) {
            fault = e.getMessage();
        }
        Handling handled = handling;
        Choice choice = store.read(sql -> {
            Map<String, String> columns = Ledger.columns(sql, connection, dataset, handled.contract());
            return tools.datasets().models(sql, connection, dataset.name(), shipped, columns);
        });
        if (!choice.faults().isEmpty()) {
            fault = Names.sentence(String.join("; ", choice.faults()));
        }
        List<Derivation> derivations = new ArrayList<>();
        for (Chosen chosen : choice.models()) {
            Model model = chosen.model();
            Canonical canonical = Canonical.of(model.into()).orElseThrow(() -> new SourceException(SourceException.Kind.BUG,
                    "the connector's model fills '" + model.into() + "', which is no canonical table"));
            List<Rule> rules = List.of();
            try {
                rules = tools.datasets().rules(canonical);
            } catch (SourceException e) {
                fault = e.getMessage();
            }
            derivations.add(chosen.told() == null ? new ModelDerivation(model, canonical, connection, order.baseCurrency(), rules)
                    : new ModelDerivation(model, chosen.told(), canonical, connection, order.baseCurrency(), rules));
        }
        Holds.HoldRow hold = store.read(sql -> Holds.of(sql, connection, dataset.name()));
        return new Intake(dataset, handling, List.copyOf(derivations), fault, hold == null ? null : Holds.sentence(hold));
    }

    /** What is to be done before the load if the rows that are here were derived otherwise; null: nothing. */
    Rederivation renewal(Store store, String connection, Terms terms) throws StoreException {
        if (fault != null || hold != null) {
            return null;
        }
        Rederivation renewal = new Rederivation(store, new Pending(store, connection, dataset, handling, false), derivations, Canonical.allMeasures(),
                terms);
        return renewal.isDue() ? renewal : null;
    }
}
