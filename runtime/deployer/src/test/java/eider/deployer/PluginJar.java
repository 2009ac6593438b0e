package eider.deployer;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builds plugin jars from the packages below {@code eider.deployer.sample}, as a connector's own build would. */
final class PluginJar {
    private final Map<String, String> headers = new LinkedHashMap<>();

    private PluginJar() {}

    /** A sound connector. */
    static PluginJar named(String name, String version) {
        return of("sound").with("Bundle-SymbolicName", name).with("Bundle-Version", version);
    }

    /** A bundle with the classes of one of the sample packages, named {@code acme.<sample>}. */
    static PluginJar of(String sample) {
        return new PluginJar().with("Bundle-SymbolicName", "acme." + sample).with("Bundle-Version", "1.0.0")
            .with("Private-Package", "eider.deployer.sample." + sample).with("-noextraheaders", "true");
    }

    PluginJar with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    byte[] bytes() throws Exception {
        try (Builder builder = new Builder()) {
            builder.addClasspath(Path.of("target/test-classes").toFile());
            builder.addClasspath(Path.of("../../bundles/connector-api/target/classes").toFile());
            builder.addClasspath(Path.of("../../bundles/engine-api/target/classes").toFile());
            headers.forEach(builder::setProperty);
            try (Jar jar = builder.build()) {
                if (!builder.isOk()) {
                    throw new IllegalStateException(builder.getErrors() + " " + builder.getWarnings());
                }
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                jar.write(bytes);
                return bytes.toByteArray();
            }
        }
    }
}
