package eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.FileResource;
import aQute.bnd.osgi.Jar;
import eider.cli.fixture.DamagedAudit;
import eider.cli.fixture.DamagedLoads;
import eider.engine.CommandLine;
import eider.engine.EngineException;
import eider.engine.Loads;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** In a real Felix with real Declarative Services. */
class ServiceEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final FakeEngine fake = new FakeEngine();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @TempDir
    private Path folder;
    private Framework framework;

    @BeforeEach
    void aFramework() throws Exception {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString(),
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "eider.engine;version=1.0.0,eider.people;version=1.0.0,eider.connector;version=1.2.0,org.slf4j;version=2.0.20,org.osgi.service.component;version=1.5.1,"
                        + "org.osgi.service.component.runtime;version=1.5.1,org.osgi.service.component.runtime.dto;version=1.5.1,"
                        + "org.osgi.util.function;version=1.2.0,org.osgi.util.promise;version=1.3.0"));
        framework.start();
    }

    @AfterEach
    void stopped() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private BundleContext context() {
        return framework.getBundleContext();
    }

    private ServiceEngine engine(Duration patience) {
        return new ServiceEngine(context(), fake, patience);
    }

    /** Offers {@code Loads} as a delayed component would: made when somebody gets it, gone when nobody holds it. */
    private void offerLoads() {
        context().registerService(Loads.class, new ServiceFactory<Loads>() {
            @Override
            public Loads getService(Bundle bundle, ServiceRegistration<Loads> registration) {
                opened.incrementAndGet();
                return fake;
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<Loads> registration, Loads service) {
                closed.incrementAndGet();
            }
        }, null);
    }

    private int run(String... words) {
        return new Cli(() -> engine(PATIENCE)).run(new CommandLine(List.of(words), folder, 0, "ann", new ByteArrayOutputStream(),
                new ByteArrayOutputStream()));
    }

    @Test
    void onlyACommandThatNeedsTheStoreOpensItAndThenLetsGo() {
        offerLoads();

        assertThat(run("--help")).isZero();
        assertThat(run("loads", "--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(run("loads", "--limit", "0")).isEqualTo(2);
        fake.home = folder;
        assertThat(run("config", "check")).isZero();
        assertThat(opened).hasValue(0);

        assertThat(run("loads")).isZero();
        assertThat(opened).hasValue(1);
        assertThat(closed).hasValue(1);
    }

    @Test
    void aServiceThatIsJustStartingIsWaitedFor() throws Exception {
        Thread later = Thread.ofPlatform().start(this::offerLoads);
        try (ServiceEngine engine = engine(PATIENCE)) {
            assertThat(engine.loads().latest(1)).isEmpty();
        }
        later.join();
    }

    @Test
    void whereThereIsNoServiceTheLogIsNamed() {
        try (ServiceEngine engine = engine(Duration.ofMillis(1))) {
            assertThatThrownBy(engine::loads).isInstanceOf(EngineException.class).hasMessageContaining("/srv/eider/logs");
        }
    }

    @Test
    void theSentenceOfAComponentThatCannotStartIsTold() throws Exception {
        Path scr = Path.of(Class.forName("org.apache.felix.scr.impl.Activator", false, getClass().getClassLoader()).getProtectionDomain()
                .getCodeSource().getLocation().toURI());
        context().installBundle(scr.toUri().toString()).start();
        context().installBundle(bundleOf(DamagedLoads.class).toUri().toString()).start();

        try (ServiceEngine engine = engine(PATIENCE)) {
            assertThatThrownBy(engine::loads).isInstanceOf(EngineException.class).hasMessage("The database is damaged; restore a backup.");
        }
    }

    @Test
    void theOptionsOfABundleThatCannotBeResolvedAreKnownToo() throws Exception {
        Path jar = folder.resolve("unresolvable.jar");
        try (Builder builder = new Builder()) {
            builder.setProperty("Bundle-SymbolicName", "unresolvable");
            builder.setProperty("-resourceonly", "true");
            builder.setProperty("Import-Package", "is.nowhere");
            Path xml = Files.writeString(folder.resolve("x.xml"), """
                    <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0">
                      <OCD id="x" name="X"><AD id="path" type="String"/></OCD><Designate factoryPid="shop"><Object ocdref="x"/></Designate>
                    </metatype:MetaData>""");
            try (Jar made = builder.build()) {
                made.putResource("OSGI-INF/metatype/x.xml", new FileResource(xml));
                made.write(jar.toFile());
            }
        }
        Bundle bundle = context().installBundle(jar.toUri().toString());

        try (ServiceEngine engine = engine(PATIENCE)) {
            assertThat(engine.metatypes()).extracting(Metatype::pid).contains("shop");
        }
        assertThat(bundle.getState()).isEqualTo(Bundle.INSTALLED);
    }

    @Test
    void thePublicAddressIsAnOptionOfAnyService() {
        try (ServiceEngine engine = engine(PATIENCE)) {
            assertThat(engine.publicUrl()).isEmpty();
            ServiceRegistration<Runnable> pages = context().registerService(Runnable.class, () -> {
                throw new AssertionError("nothing is opened for it");
            }, new Hashtable<>(Map.of("public_url", "")));
            assertThat(engine.publicUrl()).isEmpty();
            pages.setProperties(new Hashtable<>(Map.of("public_url", "javascript:alert(1)")));
            assertThat(engine.publicUrl()).isEmpty();
            pages.setProperties(new Hashtable<>(Map.of("public_url", " https://eider.example.com:8443/ ")));
            assertThat(engine.publicUrl()).contains(URI.create("https://eider.example.com:8443/"));
        }
    }

    @Test
    void whatFailedIsTheSentenceOfThePartThatOffersTheService() throws Exception {
        Path scr = Path.of(Class.forName("org.apache.felix.scr.impl.Activator", false, getClass().getClassLoader()).getProtectionDomain()
                .getCodeSource().getLocation().toURI());
        context().installBundle(scr.toUri().toString()).start();
        context().installBundle(bundleOf(DamagedLoads.class).toUri().toString()).start();
        context().installBundle(bundleOf(DamagedAudit.class).toUri().toString()).start();

        try (ServiceEngine engine = engine(PATIENCE)) {
            assertThatThrownBy(engine::loads).hasMessage("The database is damaged; restore a backup.");
            assertThatThrownBy(engine::audit).hasMessage("The accounts are damaged; restore a backup.");
            assertThatThrownBy(engine::loads).hasMessage("The database is damaged; restore a backup.");
        }
    }

    private Path bundleOf(Class<?> component) throws Exception {
        Path jar = folder.resolve(component.getSimpleName() + ".jar");
        Path classes = Path.of(component.getProtectionDomain().getCodeSource().getLocation().toURI());
        String entry = component.getName().replace('.', '/') + ".class";
        try (Builder builder = new Builder(); Jar classPath = new Jar("classes")) {
            classPath.putResource(entry, new FileResource(classes.resolve(entry)));
            builder.addClasspath(classPath);
            builder.setProperty("Bundle-SymbolicName", component.getSimpleName());
            builder.setProperty("Private-Package", component.getPackageName());
            builder.setProperty("-dsannotations-options", "norequirements");
            try (Jar made = builder.build()) {
                assertThat(builder.getErrors()).isEmpty();
                made.write(jar.toFile());
            }
        }
        return jar;
    }
}
