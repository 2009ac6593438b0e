package eider.demo;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Progress;
import eider.engine.Server;
import eider.engine.Syncs;
import java.time.Duration;
import java.time.InstantSource;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the made-up shop as connection {@code demo} where the home is a demo, and fills it while a server starts: the first time with two years,
 * later with the days since. In any other home it does nothing, and does not even get the engine, since that would open the store.
 */
@Component(immediate = true, service = {})
public final class Demo {
    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
    private static final String CONNECTION = "demo";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ComponentServiceObjects<Syncs> services;
    private final InstantSource clock;
    private final Thread filling;
    private Syncs syncs;

    @Activate
    public Demo(BundleContext context, @Reference Server server, @Reference ComponentServiceObjects<Syncs> services) {
        this(server.demo(), Boolean.parseBoolean(context.getProperty("eider.web")), services, InstantSource.system());
    }

    Demo(boolean demo, boolean serves, ComponentServiceObjects<Syncs> services, InstantSource clock) {
        this.services = services;
        this.clock = clock;
        this.filling = Thread.ofPlatform().name("demo").daemon().unstarted(this::fill);
        if (demo && register() && serves) {
            // in a thread of its own, as the server need not wait: the page shows the rows as they come. Ended by stop()
            filling.start();
        }
    }

    private boolean register() {
        syncs = services.getService();
        if (syncs == null) {
            LOG.error("The demo cannot be filled, because the store could not be opened.");
            return false;
        }
        try {
            syncs.register(CONNECTION, new DemoSource(clock));
            return true;
        } catch (EngineException e) {
            LOG.error("The demo cannot be filled: {}", e.getMessage(), e);
            release();
            return false;
        }
    }

    private void fill() {
        try {
            for (Load load : syncs.sync(CONNECTION, false, Progress.NONE)) {
                switch (load.state()) {
                    case COMMITTED -> LOG.info("demo {}: {} rows in", load.dataset(), load.inserted());
                    case UNCHANGED -> LOG.debug("demo {}: nothing new", load.dataset());
                    case RUNNING, HELD, FAILED, CANCELLED, UNDONE -> LOG.error("demo {}: {} {}", load.dataset(), load.state(), load.message());
                }
            }
        } catch (EngineException e) {
            LOG.error("The demo could not be filled: {}", e.getMessage(), e);
        } catch (InterruptedException e) {
            LOG.info("the demo was stopped while it was being filled; the next start goes on");
        }
    }

    @Deactivate
    void stop() throws InterruptedException {
        if (filling.isAlive()) {
            filling.interrupt();
            filling.join(PATIENCE);
        }
        if (syncs != null) {
            syncs.unregister(CONNECTION);
            release();
        }
    }

    private void release() {
        services.ungetService(syncs);
        syncs = null;
    }
}
