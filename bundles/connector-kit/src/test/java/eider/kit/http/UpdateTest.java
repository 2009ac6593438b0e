package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connector is replaced while the engine and its threads go on: nothing of its copy of the kit may stay with them. */
@Timeout(60)
class UpdateTest {

    /** What a read does, in the class loader of a connector. */
    public static final class Reading implements Callable<Long> {
        private final String address;

        public Reading(String address) {
            this.address = address;
        }

        @Override
        public Long call() throws Exception {
            Account account = Account.at("Acme", address, "address").retries(3, Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(9))
                    .build();
            try (Http http = account.open(); JsonPages pages = JsonPages.of("data")) {
                http.call(Call.get("/"), pages::add);
                pages.add(new ByteArrayInputStream("{\"data\":[{}]}".getBytes(StandardCharsets.UTF_8)));
                return pages.records();
            }
        }
    }

    /** Loads the kit and its parser anew, as a bundle does, and shares what bundles share. */
    private static final class Bundle extends URLClassLoader {
        Bundle(List<URL> parts) {
            super(parts.toArray(URL[]::new), UpdateTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("eider.kit.") && !name.startsWith("com.fasterxml.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> own = findLoadedClass(name);
                return own == null ? findClass(name) : own;
            }
        }
    }

    @Test
    void nothingOfAConnectorThatWasReplacedStaysWithTheThreadsThatRanIt() throws Exception {
        try (Vendor vendor = new Vendor((asked, out) -> Vendor.answer(out, asked.number() == 1 ? 500 : 200, "", "{\"data\":[{\"id\":1}]}"))) {
            WeakReference<ClassLoader> loader = run(vendor.address());
            long end = System.nanoTime() + 20_000_000_000L;
            while (!loader.refersTo(null)) {
                assertThat(System.nanoTime()).as("the connector's class loader stays").isLessThan(end);
                System.gc();
            }
        }
    }

    private static WeakReference<ClassLoader> run(String address) throws Exception {
        List<URL> parts = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            parts.add(new File(entry).toURI().toURL());
        }
        try (Bundle bundle = new Bundle(parts)) {
            Class<?> type = bundle.loadClass(Reading.class.getName());
            assertThat(type).isNotEqualTo(Reading.class);
            assertThat(((Callable<?>) type.getConstructor(String.class).newInstance(address)).call()).isEqualTo(2L);
            WeakReference<ClassLoader> loader = new WeakReference<>(bundle);
            Reference.reachabilityFence(bundle);
            return loader;
        }
    }
}
