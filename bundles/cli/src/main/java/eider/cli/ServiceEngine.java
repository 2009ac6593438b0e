package eider.cli;

import eider.engine.Comparisons;
import eider.engine.EngineException;
import eider.engine.Loads;
import eider.engine.OptionCheck;
import eider.engine.Origins;
import eider.engine.Plugins;
import eider.engine.Queries;
import eider.engine.Recordings;
import eider.engine.Server;
import eider.engine.Syncs;
import eider.people.Audit;
import eider.people.People;
import eider.people.Policies;
import eider.people.SignIns;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services as they stand in the OSGi registry. Declarative Services could inject them, but then the store would open before a command line is
 * even parsed: the engine's components are delayed, and getting one opens it.
 */
final class ServiceEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceEngine.class);
    private static final Pattern SENTENCE = Pattern.compile("^(?:Caused by: )?eider\\.engine\\.EngineException: (.+)$", Pattern.MULTILINE);
    private static final String METATYPE = "OSGI-INF/metatype";

    private final BundleContext context;
    private final Server server;
    private final Duration patience;
    private final Map<Class<?>, ServiceReference<?>> held = new LinkedHashMap<>();
    private final List<ServiceReference<?>> others = new ArrayList<>();
    private final Map<Class<?>, Object> services = new LinkedHashMap<>();

    /** @param patience how long a service that is still starting is waited for */
    ServiceEngine(BundleContext context, Server server, Duration patience) {
        this.context = context;
        this.server = server;
        this.patience = patience;
    }

    @Override
    public Server server() {
        return server;
    }

    @Override
    public Syncs syncs() throws EngineException {
        return service(Syncs.class);
    }

    @Override
    public Loads loads() throws EngineException {
        return service(Loads.class);
    }

    @Override
    public Origins origins() throws EngineException {
        return service(Origins.class);
    }

    @Override
    public Queries queries() throws EngineException {
        return service(Queries.class);
    }

    @Override
    public Recordings recordings() throws EngineException {
        return service(Recordings.class);
    }

    @Override
    public Comparisons comparisons() throws EngineException {
        return service(Comparisons.class);
    }

    @Override
    public Plugins plugins() throws EngineException {
        return service(Plugins.class);
    }

    @Override
    public People people() throws EngineException {
        return service(People.class);
    }

    @Override
    public SignIns signIns() throws EngineException {
        return service(SignIns.class);
    }

    @Override
    public Policies policies() throws EngineException {
        return service(Policies.class);
    }

    @Override
    public Audit audit() throws EngineException {
        return service(Audit.class);
    }

    /** It is an option of the pages, and a component's options are properties of the service that it offers. */
    @Override
    public Optional<URI> publicUrl() {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null, "(public_url=*)");
            return Stream.of(found == null ? new ServiceReference<?>[0] : found).map(reference -> reference.getProperty("public_url").toString().strip())
                    .filter(url -> url.matches("https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~/-]*)?")).map(URI::create).findFirst();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the filter is a constant", e);
        }
    }

    private <S> S service(Class<S> type) throws EngineException {
        Object known = services.get(type);
        if (known == null) {
            ServiceReference<S> reference = reference(type);
            known = context.getService(reference);
            if (known == null) {
                throw new EngineException(failure(type));
            }
            held.put(type, reference);
            services.put(type, known);
        }
        return type.cast(known);
    }

    /**
     * Waits for the reference and leaves the service itself alone: a tracker without a customizer would get it, and a component that fails would be
     * tried again and again.
     */
    private <S> ServiceReference<S> reference(Class<S> type) throws EngineException {
        ServiceTracker<S, ServiceReference<S>> tracker = new ServiceTracker<>(context, type, new ReferencesOnly<>());
        tracker.open();
        try {
            ServiceReference<S> reference = tracker.waitForService(patience.toMillis());
            if (reference == null) {
                throw new EngineException(failure(type));
            }
            return reference;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("The command was cancelled.", e);
        } finally {
            tracker.close();
        }
    }

    /**
     * The sentence of the component that could not start. Declarative Services keeps it as the text of a stack trace, and hands out null instead of
     * an exception. Of several it is that of the part which offers the service, not of another that failed as well.
     */
    private String failure(Class<?> type) {
        ServiceReference<ServiceComponentRuntime> reference = context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime components = reference == null ? null : context.getService(reference);
        if (components != null) {
            try {
                Collection<ComponentDescriptionDTO> all = components.getComponentDescriptionDTOs();
                Set<Long> own = all.stream().filter(description -> List.of(description.serviceInterfaces).contains(type.getName()))
                        .map(description -> description.bundle.id).collect(Collectors.toSet());
                List<String> failures = all.stream().sorted(Comparator.comparing(description -> !own.contains(description.bundle.id)))
                        .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                        .map(component -> component.failure).filter(Objects::nonNull).toList();
                for (String failure : failures) {
                    Matcher sentence = SENTENCE.matcher(failure);
                    if (sentence.find()) {
                        return sentence.group(1).strip();
                    }
                }
            } finally {
                context.ungetService(reference);
            }
        }
        boolean people = type.getPackage().equals(People.class.getPackage());
        return (people ? "The accounts and the audit trail" : "The store") + " could not be opened; the log in " + server.home().resolve("logs") + " tells why.";
    }

    @Override
    public List<Metatype> metatypes() throws EngineException {
        List<Metatype> metatypes = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            // not findEntries: that would resolve the bundle, and one that cannot be resolved has its options too
            Enumeration<String> paths = bundle.getEntryPaths(METATYPE);
            for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
                URL entry = path.endsWith(".xml") ? bundle.getEntry(path) : null;
                if (entry != null) {
                    try (InputStream in = entry.openStream()) {
                        metatypes.addAll(Metatype.read(in));
                    } catch (IOException e) {
                        throw new EngineException("The options of " + bundle.getSymbolicName() + " cannot be read (" + path + "): "
                                + e.getMessage(), e);
                    }
                }
            }
        }
        return metatypes;
    }

    @Override
    public List<OptionCheck> optionChecks() {
        List<OptionCheck> checks = new ArrayList<>();
        try {
            for (ServiceReference<OptionCheck> reference : context.getServiceReferences(OptionCheck.class, null)) {
                OptionCheck check = context.getService(reference);
                if (check != null) {
                    others.add(reference);
                    checks.add(check);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
        return checks;
    }

    @Override
    public void close() {
        try {
            held.values().forEach(context::ungetService);
            others.forEach(context::ungetService);
        } catch (IllegalStateException e) {
            // The framework was stopped under the command, and took back everything itself.
            LOG.debug("the framework stopped before the command ended", e);
        }
        held.clear();
        others.clear();
        services.clear();
    }

    private static final class ReferencesOnly<S> implements ServiceTrackerCustomizer<S, ServiceReference<S>> {
        @Override
        public ServiceReference<S> addingService(ServiceReference<S> reference) {
            return reference;
        }

        @Override
        public void modifiedService(ServiceReference<S> reference, ServiceReference<S> same) {
            // nothing depends on its properties
        }

        @Override
        public void removedService(ServiceReference<S> reference, ServiceReference<S> same) {
            // nothing was taken that could be given back
        }
    }
}
