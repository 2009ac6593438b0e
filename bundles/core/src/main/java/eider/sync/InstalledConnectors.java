package eider.sync;

import eider.connector.Source;
import eider.engine.Server;
import eider.sync.tape.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connectors as their bundles and configurations tell of them. Makes no source: it looks at the references alone. */
@Component(service = Connectors.class)
public final class InstalledConnectors implements Connectors {
    private static final Logger log = LoggerFactory.getLogger(InstalledConnectors.class);
    private static final String METATYPE = "OSGI-INF/metatype";
    private static final Pattern OPTION = Pattern.compile("<AD\\s[^>]*>");
    private static final Pattern ID = Pattern.compile("\\sid=\"([^\"]+)\"");
    private static final Pattern PASSWORD = Pattern.compile("\\stype=\"Password\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern FROM_SECRETS = Pattern.compile("^\\s*([A-Za-z0-9_.-]+)\\s*[=:].*\\$\\[secret:.*", Pattern.CASE_INSENSITIVE);

    private final Path config;
    private final Map<String, ServiceReference<Source>> references = new ConcurrentHashMap<>();

    @Activate
    public InstalledConnectors(@Reference Server server) {
        config = server.home().resolve("config");
    }

    private static String pid(ServiceReference<Source> reference) {
        return String.valueOf(reference.getProperty("service.pid"));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSource(ServiceReference<Source> reference) {
        references.put(pid(reference), reference);
    }

    void removeSource(ServiceReference<Source> reference) {
        references.remove(pid(reference), reference);
    }

    @Override
    public Connector of(String connection, Source source) {
        ServiceReference<Source> reference = references.entrySet().stream().filter(entry -> entry.getKey().substring(entry.getKey().indexOf('~') + 1).equals(connection))
                .map(Map.Entry::getValue).findFirst().orElse(null);
        Bundle bundle = reference == null ? null : reference.getBundle();
        if (bundle == null) {
            return Connectors.unconfigured(source);
        }
        Set<String> secret = passwords(bundle);
        secret.addAll(fromSecrets(pid(reference)));
        List<String> values = new ArrayList<>();
        for (String key : reference.getPropertyKeys()) {
            if (!key.startsWith("service.") && !key.startsWith("component.") && (secret.contains(key) || Redaction.isSecretName(key))) {
                switch (reference.getProperty(key)) {
                    case null -> { }
                    case String value -> values.add(value);
                    case String[] several -> values.addAll(List.of(several));
                    case Object other -> values.add(other.toString());
                }
            }
        }
        return new Connector(bundle.getSymbolicName(), bundle.getVersion().toString(), values);
    }

    /** The options that its metatype calls passwords. */
    private static Set<String> passwords(Bundle bundle) {
        Set<String> options = new HashSet<>();
        Enumeration<String> paths = bundle.getEntryPaths(METATYPE);
        for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
            URL entry = bundle.getEntry(path);
            if (entry == null || !path.endsWith(".xml")) {
                continue;
            }
            try (InputStream in = entry.openStream()) {
                Matcher option = OPTION.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                while (option.find()) {
                    Matcher id = ID.matcher(option.group());
                    if (PASSWORD.matcher(option.group()).find() && id.find()) {
                        options.add(id.group(1));
                    }
                }
            } catch (IOException e) {
                log.warn("the options of {} cannot be read ({}): {}", bundle.getSymbolicName(), path, e.toString());
            }
        }
        return options;
    }

    /** The options that the file of the connection takes from the store of secrets. */
    private Set<String> fromSecrets(String pid) {
        Set<String> options = new HashSet<>();
        Path file = config.resolve(pid + ".cfg");
        try {
            for (String line : Files.isRegularFile(file) ? Files.readAllLines(file) : List.<String>of()) {
                Matcher option = FROM_SECRETS.matcher(line);
                if (option.matches()) {
                    options.add(option.group(1));
                }
            }
        } catch (IOException e) {
            log.warn("{} cannot be read: {}", file, e.toString());
        }
        return options;
    }
}
