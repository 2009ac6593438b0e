package eider.sync;

import eider.connector.Source;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.slf4j.LoggerFactory;

/** Knows the connectors behind connections: their jars, and which of their options are secrets. */
@FunctionalInterface
public interface Connectors {

    /**
     * One of them.
     *
     * @param name of its jar, and {@code version}; empty where it does not say
     * @param secrets the values of the connection's options that are
     */
    record Connector(String name, String version, List<String> secrets) {
        public Connector {
            secrets = List.copyOf(secrets);
        }

        /** As people are told of it. */
        String shown() {
            return name.isEmpty() ? "a source of the program's own" : version.isEmpty() ? name : name + " " + version;
        }
    }

    /** @param source of the connection, which the program that embeds Eider may have made */
    Connector of(String connection, Source source);

    /** What the jar says that the class of the source came from; for sources without a configuration. */
    static Connector unconfigured(Source source) {
        Class<?> type = source.getClass();
        String file = "/" + type.getName().replace('.', '/') + ".class";
        URL url = type.getResource(file);
        if (url != null && url.toString().endsWith(file)) {
            String base = url.toString().substring(0, url.toString().length() - file.length());
            try (InputStream in = new URI(base + "/META-INF/MANIFEST.MF").toURL().openStream()) {
                Attributes manifest = new Manifest(in).getMainAttributes();
                String name = manifest.getValue("Bundle-SymbolicName");
                String version = manifest.getValue("Bundle-Version");
                if (name != null) {
                    return new Connector(name.replaceFirst(";.*", "").strip(), version == null ? "" : version.strip(), List.of());
                }
            } catch (IOException | URISyntaxException | IllegalArgumentException e) {
                // Classes of a program's own need no manifest.
                LoggerFactory.getLogger(Connectors.class).debug("{} says nothing of its jar", type.getName(), e);
            }
        }
        return new Connector("", "", List.of());
    }
}
