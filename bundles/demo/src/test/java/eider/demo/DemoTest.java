package eider.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Source;
import eider.engine.Connection;
import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Plan;
import eider.engine.Progress;
import eider.engine.Syncs;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

class DemoTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch syncing = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private boolean taken;

    /** An engine that notes what it is asked, and syncs until it may end. */
    private final Syncs syncs = new Syncs() {
        @Override
        public List<Connection> connections() {
            return List.of();
        }

        @Override
        public List<Load> sync(String connection, boolean approved, Progress progress) throws InterruptedException {
            asked.add("sync " + connection);
            syncing.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                asked.add("interrupted");
                throw e;
            }
            return List.of();
        }

        @Override
        public Plan plan(String connection, Progress progress) {
            throw new AssertionError("the demo plans nothing");
        }

        @Override
        public List<Load> approve(String connection, Progress progress) {
            throw new AssertionError("the demo approves nothing");
        }

        @Override
        public Load load(Path file, String dataset, boolean approved, Progress progress) {
            throw new AssertionError("the demo has no files");
        }

        @Override
        public List<Load> replay(String connection, Progress progress) {
            throw new AssertionError("the demo has no quarantine");
        }

        @Override
        public boolean cancel(String connection) {
            throw new AssertionError("the demo cancels nothing");
        }

        @Override
        public void register(String name, Source source) throws EngineException {
            if (taken) {
                throw new EngineException("There is a connection demo.");
            }
            asked.add("register " + name);
        }

        @Override
        public void unregister(String name) {
            asked.add("unregister " + name);
        }
    };

    private final ComponentServiceObjects<Syncs> services = new ComponentServiceObjects<>() {
        @Override
        public Syncs getService() {
            asked.add("get");
            return syncs;
        }

        @Override
        public void ungetService(Syncs service) {
            asked.add("let go");
        }

        @Override
        public ServiceReference<Syncs> getServiceReference() {
            throw new AssertionError("nobody asks for it");
        }
    };

    private Demo demo(boolean demo, boolean serves) {
        return new Demo(demo, serves, services, () -> Instant.parse("2026-03-01T09:00:00Z"));
    }

    @Test
    void aHomeThatIsNoDemoIsLeftAloneAndItsStoreClosed() throws Exception {
        demo(false, true).stop();

        assertThat(asked).isEmpty();
    }

    @Test
    void aServerIsFilledWithoutBeingKeptWaiting() throws Exception {
        Demo demo = demo(true, true);
        assertThat(syncing.await(10, TimeUnit.SECONDS)).isTrue();
        mayEnd.countDown();
        demo.stop();

        assertThat(asked).startsWith("get", "register demo", "sync demo").endsWith("unregister demo", "let go");
    }

    @Test
    void stoppingInterruptsTheFillingAndWaitsForItsEnd() throws Exception {
        Demo demo = demo(true, true);
        assertThat(syncing.await(10, TimeUnit.SECONDS)).isTrue();
        demo.stop();

        assertThat(asked).containsExactly("get", "register demo", "sync demo", "interrupted", "unregister demo", "let go");
    }

    @Test
    void aCommandSeesTheConnectionAndFillsNothing() throws Exception {
        demo(true, false).stop();

        assertThat(asked).containsExactly("get", "register demo", "unregister demo", "let go");
    }

    @Test
    void aConnectionOfThatNameIsNotPushedAside() throws Exception {
        taken = true;
        demo(true, true).stop();

        assertThat(asked).containsExactly("get", "let go");
    }
}
