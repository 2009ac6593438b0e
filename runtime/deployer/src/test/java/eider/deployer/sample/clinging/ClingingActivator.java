package eider.deployer.sample.clinging;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle that starts, and fails when it is to stop. */
public final class ClingingActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        // nothing to do
    }

    @Override
    public void stop(BundleContext context) {
        throw new IllegalStateException("I will not go");
    }
}
