package eider;

import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;

/** Knows where the pages are served: the HTTP service tells it in a property. */
final class Pages implements ServiceListener {
    /** The name alone spares the host's class path the API of the HTTP service. */
    private static final String HTTP = "org.osgi.service.servlet.runtime.HttpServiceRuntime";
    private static final List<String> LOOPBACK = List.of("http://127.0.0.1:", "http://localhost:");

    private final boolean everywhere;
    private volatile URI address;

    /** @param everywhere whether they listen at all addresses of this machine: loopback is one of them, though it is not told */
    Pages(boolean everywhere) {
        this.everywhere = everywhere;
    }

    void listen(BundleContext context) {
        try {
            context.addServiceListener(this, "(objectClass=" + HTTP + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            address = null;
        } else {
            nearest(event.getServiceReference()).ifPresent(found -> address = found);
        }
    }

    /** Over loopback, where they listen there too. */
    private Optional<URI> nearest(ServiceReference<?> service) {
        List<String> endpoints = switch (service.getProperty("osgi.http.endpoint")) {
            case String one -> List.of(one);
            case String[] several -> List.of(several);
            case null, default -> List.of();
        };
        return endpoints.stream().filter(endpoint -> endpoint.startsWith("http://")).max(Comparator.comparing(Pages::isLoopback))
            .map(endpoint -> endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint)
            .map(endpoint -> everywhere ? "http://127.0.0.1" + endpoint.substring(endpoint.lastIndexOf(':')) : endpoint).map(URI::create);
    }

    private static boolean isLoopback(String endpoint) {
        return LOOPBACK.stream().anyMatch(endpoint::startsWith);
    }

    /** Where they are; empty while they are not served. */
    Optional<URI> address() {
        return Optional.ofNullable(address);
    }
}
