package eider.deployer.sample.eager;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Made at once, and throws at once. */
@Component(immediate = true, service = EagerThrower.class)
public final class EagerThrower {
    @Activate
    public EagerThrower() {
        throw new UnsupportedOperationException();
    }
}
