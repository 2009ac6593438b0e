package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;

import eider.engine.Server;
import eider.people.Actor;
import eider.people.Audit;
import eider.people.People;
import eider.people.Policies;
import eider.people.SignIns;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;

/** The bundle as it is shipped, with the few classes of H2 and Bouncy Castle that are in it, in a real Felix with real Declarative Services. */
class IdentityInFelixTest {
    @TempDir
    private Path folder;
    private Framework framework;
    private Bundle bundle;

    @BeforeEach
    void aFramework() throws Exception {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString(),
                "ds.delayed.keepInstances", "true", Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "eider.engine;version=1.0.0,eider.people;version=1.0.0,eider.connector;version=1.2.0,org.slf4j;version=2.0.20,"
                        + "org.osgi.service.component;version=1.5.1,"
                        + "org.osgi.service.component.propertytypes;version=1.5.1,org.osgi.service.component.runtime;version=1.5.1,"
                        + "org.osgi.service.component.runtime.dto;version=1.5.1,"
                        + "org.osgi.util.function;version=1.2.0,org.osgi.util.promise;version=1.3.0,"
                        + "org.osgi.service.cm;version=1.6.1"));
        framework.start();
        context().registerService(Server.class, new Here(folder.resolve("home")), null);
        install(Class.forName("org.apache.felix.cm.impl.ConfigurationManager")).start();
        install(Class.forName("org.apache.felix.scr.impl.Activator")).start();
        bundle = install(House.class);
        bundle.start();
    }

    @AfterEach
    void stopped() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private BundleContext context() {
        return framework.getBundleContext();
    }

    private Bundle install(Class<?> one) throws Exception {
        return context().installBundle("reference:" + one.getProtectionDomain().getCodeSource().getLocation());
    }

    private <T> T service(Class<T> type) {
        ServiceReference<T> reference = context().getServiceReference(type);
        assertThat(reference).as(type.getName()).isNotNull();
        return context().getService(reference);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plusSeconds(20);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.onSpinWait();
        }
    }

    private record Here(Path home) implements Server {
        @Override
        public boolean inMemory() {
            return false;
        }

        @Override
        public boolean demo() {
            return true;
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Instant started() {
            return Instant.EPOCH;
        }

        @Override
        public void stop() {}
    }

    @Test
    void theServicesWorkWithWhatTheBundleCarries() throws Exception {
        Path file = folder.resolve("home/data/people.mv.db");
        People people = service(People.class);
        assertThat(file).doesNotExist();
        assertThat(people.none()).isFalse();
        assertThat(file).exists();
        SignIns signIns = service(SignIns.class);
        Actor from = Actor.person("user", "127.0.0.1", "");
        SignIns.Outcome.In in = (SignIns.Outcome.In) signIns.signIn("user", "user123".toCharArray(), from);
        assertThat(signIns.session(in.secret()).orElseThrow().person().attributes()).isEqualTo(Map.of("sales_user_id", "3"));
        assertThat(signIns.newToken(in.session().person().id(), "reports", Set.of(), Duration.ofDays(1), from).secret()).startsWith("eider_");
        assertThat(signIns.secondFactor(in.session().person().id()).secret()).hasSize(32);
        assertThat(service(Audit.class).verify().faults()).isEmpty();
        // none of H2's driver, and none of its threads, in the JDK: the bundle could leave
        assertThat(DriverManager.drivers().filter(driver -> driver.getClass().getClassLoader() != getClass().getClassLoader())).isEmpty();
        bundle.stop();
        bundle.start();
        assertThat(service(SignIns.class).session(in.secret())).isPresent();
        assertThat(service(Audit.class).verify().faults()).isEmpty();
    }

    @Test
    void optionsAndPoliciesComeAndGoWhileItRuns() throws Exception {
        People people = service(People.class);
        assertThat(people.passwordRule()).contains("12 characters");
        var configuration = service(ConfigurationAdmin.class).getConfiguration("people", "?");
        configuration.update(new Hashtable<>(Map.of("registration", "on", "password_length", "20", "session_longest", "1h")));
        await(() -> people.passwordRule().contains("20 characters"));
        assertThat(people.registrationOpen()).isTrue();
        Policies policies = (Policies) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Policies.class},
                (proxy, method, arguments) -> method.getName().equals("roles") ? List.of("admin", "user", "buyer") : method.getName()
                .equals("equals"));
        var offered = context().registerService(Policies.class, policies, null);
        assertThat(people.add("ann", "", "buyer", Map.of(), "seven green otters sing".toCharArray(), Actor.EIDER).role()).isEqualTo("buyer");
        offered.unregister();
        assertThat(service(People.class)).isSameAs(people);
        assertThat(people.named("ann")).isPresent();
    }

    @Test
    void nothingOfItIsSeenByOthersAndNothingIsServed() {
        assertThat(bundle.getHeaders().get(Constants.EXPORT_PACKAGE)).isNull();
        assertThat(bundle.getHeaders().get(Constants.IMPORT_PACKAGE)).doesNotContain("org.h2", "bouncycastle", "javax.script", "javax.tools",
                "javax.naming");
        for (String left : List.of("org/h2/server", "org/h2/tools", "org/h2/server/web", "org/h2/server/pg", "org/h2/jmx", "org/h2/fulltext",
                "META-INF/services/java.sql.Driver", "org/bouncycastle/jce", "org/bouncycastle/math")) {
            assertThat(bundle.getEntry(left)).as(left).isNull();
        }
    }
}
