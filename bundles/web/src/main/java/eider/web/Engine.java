package eider.web;

import eider.engine.Commands;
import eider.engine.Comparisons;
import eider.engine.Loads;
import eider.engine.Origins;
import eider.engine.Plugins;
import eider.engine.Queries;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.people.Audit;
import eider.people.People;
import eider.people.Policies;
import eider.people.SignIns;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * What there is of the engine at this moment. The pages come up before the engine and outlive a part of it that fails, so everything
 * but the server itself may be absent; whoever asks says so in a sentence. Any thread.
 */
@Component(service = Engine.class)
public final class Engine {
    private final Server server;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Queries queries;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Syncs syncs;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Loads loads;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Origins origins;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Plugins plugins;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Commands commands;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Comparisons comparisons;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile People people;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile SignIns signIns;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Policies policies;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Audit audit;

    @Activate
    public Engine(@Reference Server server) {
        this.server = server;
    }

    public Server server() {
        return server;
    }

    public Optional<Queries> queries() {
        return Optional.ofNullable(queries);
    }

    public Optional<Syncs> syncs() {
        return Optional.ofNullable(syncs);
    }

    public Optional<Loads> loads() {
        return Optional.ofNullable(loads);
    }

    public Optional<Comparisons> comparisons() {
        return Optional.ofNullable(comparisons);
    }

    public Optional<Origins> origins() {
        return Optional.ofNullable(origins);
    }

    public Optional<Plugins> plugins() {
        return Optional.ofNullable(plugins);
    }

    public Optional<Commands> commands() {
        return Optional.ofNullable(commands);
    }

    public Optional<People> people() {
        return Optional.ofNullable(people);
    }

    public Optional<SignIns> signIns() {
        return Optional.ofNullable(signIns);
    }

    public Optional<Policies> policies() {
        return Optional.ofNullable(policies);
    }

    public Optional<Audit> audit() {
        return Optional.ofNullable(audit);
    }
}
