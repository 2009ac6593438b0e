package eider.deployer.sample.waiting;

import eider.engine.Queries;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Needs a service that nobody offers in these tests. */
@Component(service = Waiting.class)
public final class Waiting {
    @Activate
    public Waiting(@Reference Queries queries) {
        queries.hashCode();
    }
}
