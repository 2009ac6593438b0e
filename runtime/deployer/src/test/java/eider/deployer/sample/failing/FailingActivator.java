package eider.deployer.sample.failing;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle that does not start. */
public final class FailingActivator implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        throw new IllegalArgumentException("no start today");
    }

    @Override
    public void stop(BundleContext context) {
        throw new IllegalStateException("It never started");
    }
}
