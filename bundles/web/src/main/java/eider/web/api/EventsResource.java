package eider.web.api;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/v1/events}: server-sent events. {@code commit}: figures changed. {@code state}: a connection or plugin did.
 * {@code alive}: nothing happened, every 15 seconds and at the beginning. Each stream writes on a virtual thread of its own, so a stalled reader holds up nobody.
 */
@Path("events")
public final class EventsResource {
    private static final Logger LOG = LoggerFactory.getLogger(EventsResource.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Events events;

    @Inject
    public EventsResource(Events events) {
        this.events = events;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void events(@Context SseEventSink sink, @Context Sse sse) {
        Events.Listener listener = events.listen();
        if (listener == null) {
            throw Failures.notReady(Events.MOST + " pages listen already; close one.");
        }
        Thread.ofVirtual().name("web-stream").start(() -> stream(listener, sink, sse));
    }

    private static void stream(Events.Listener listener, SseEventSink sink, Sse sse) {
        try (listener; sink) {
            send(sink, sse, "alive");
            while (!sink.isClosed() && !listener.ended()) {
                Events.Seen news = listener.await(HEARTBEAT);
                if (listener.ended()) {
                    return;
                }
                if (news.commits() > 0) {
                    send(sink, sse, "commit");
                }
                if (news.states() > 0) {
                    send(sink, sse, "state");
                }
                if (news.commits() == 0 && news.states() == 0) {
                    send(sink, sse, "alive");
                }
            }
        } catch (InterruptedException | RuntimeException gone) {
            LOG.debug("A page stopped listening", gone);
        }
    }

    private static void send(SseEventSink sink, Sse sse, String name) {
        // A browser passes over an event without data.
        sink.send(sse.newEvent(name, "{}")).toCompletableFuture().join();
    }
}
