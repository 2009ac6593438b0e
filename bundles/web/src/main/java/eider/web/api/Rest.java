package eider.web.api;

import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Door;
import eider.web.door.Guarded;
import eider.web.door.Needs;
import eider.web.door.Rights;
import eider.web.figures.Sales;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.ext.RuntimeDelegate;
import java.io.IOException;
import java.util.Set;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.media.sse.SseFeature;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.internal.RuntimeDelegateImpl;
import org.glassfish.jersey.servlet.ServletContainer;
import org.glassfish.jersey.servlet.async.AsyncContextDelegateProviderImpl;
import org.glassfish.jersey.servlet.spi.AsyncContextDelegateProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * Jersey, as one servlet of the HTTP whiteboard. It starts with the first request to the API: nobody waits for it before the first page.
 * Everything it uses is registered here by hand, nothing is scanned for; docs/decisions/0002 has the figures.
 */
@Needs
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/*")
@HttpWhiteboardServletAsyncSupported
public final class Rest extends Guarded {
    private static final long serialVersionUID = 1L;

    private final transient Engine engine;
    private final transient Sales sales;
    private final transient Events events;
    private transient volatile ServletContainer jersey;

    /** What answers below {@code /api/v1/}; each says by {@link Needs} to whom. */
    static final Set<Class<?>> RESOURCES = Set.of(DashboardResource.class, SourcesResource.class, PluginsResource.class, LoadsResource.class, RowsResource.class,
            LoadOriginResource.class, QueryResource.class, EventsResource.class);

    @Activate
    public Rest(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Sales sales, @Reference Events events) {
        super(door);
        this.engine = engine;
        this.sales = sales;
        this.events = events;
    }

    @Override
    protected void serve(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        jersey().service(request, response);
    }

    private ServletContainer jersey() throws ServletException {
        ServletContainer ready = jersey;
        if (ready != null) {
            return ready;
        }
        synchronized (this) {
            if (jersey == null) {
                jersey = start();
            }
            return jersey;
        }
    }

    private ServletContainer start() throws ServletException {
        ResourceConfig config = new ResourceConfig()
                .registerClasses(RESOURCES)
                .registerClasses(SseFeature.class)
                .registerInstances(new Json(), new Failures(), new Rights(door()), new AbstractBinder() {
                    @Override
                    protected void configure() {
                        bind(AsyncContextDelegateProviderImpl.class).to(AsyncContextDelegateProvider.class);
                        bind(engine).to(Engine.class);
                        bind(sales).to(Sales.class);
                        bind(events).to(Events.class);
                        bind(door()).to(Door.class);
                    }
                })
                .property(CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true)
                .property(CommonProperties.METAINF_SERVICES_LOOKUP_DISABLE, true)
                .property(CommonProperties.PROVIDER_DEFAULT_DISABLE, "ALL")
                .property(ServerProperties.WADL_FEATURE_DISABLE, true);
        // Jersey and HK2 find their parts through the context class loader, which is the framework's on a thread of Jetty.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Rest.class.getClassLoader());
        try {
            RuntimeDelegate.setInstance(new RuntimeDelegateImpl());
            ServletContainer container = new ServletContainer(config);
            container.init(getServletConfig());
            return container;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Deactivate
    synchronized void close() throws InterruptedException {
        events.end();
        if (jersey != null) {
            jersey.destroy();
        }
    }
}
