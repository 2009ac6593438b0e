package eider.web.api;

import eider.people.Permission;
import eider.web.door.Door;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
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
 * {@code alive}: nothing happened, every 15 seconds and at the beginning. A stream ends with the session: that is looked at before each event. Each stream writes on a virtual thread of its own, so a stalled reader holds up nobody.
 */
@Needs
@Path("events")
public final class EventsResource {
    private static final Logger LOG = LoggerFactory.getLogger(EventsResource.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Events events;
    private final Door door;

    @Inject
    public EventsResource(Events events, Door door) {
        this.events = events;
        this.door = door;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void events(@Context SseEventSink sink, @Context Sse sse, @Context HttpServletRequest request) {
        Visitor visitor = Visitor.of(request);
        Events.Listener listener = events.listen(visitor.session().person().id());
        if (listener == null) {
            throw Failures.notReady(Events.MOST + " pages listen already, or " + Events.MOST_OF_ONE + " of yours; close one.");
        }
        Thread.ofVirtual().name("web-stream").start(() -> stream(listener, visitor, sink, sse));
    }

    private void stream(Events.Listener listener, Visitor visitor, SseEventSink sink, Sse sse) {
        boolean operates = visitor.may(Permission.OPERATE);
        try (listener; sink) {
            send(sink, sse, "alive");
            while (!sink.isClosed() && !listener.ended()) {
                Events.Seen news = listener.await(HEARTBEAT);
                if (listener.ended() || !door.isStillIn(visitor.session())) {
                    return;
                }
                boolean states = operates && news.states() > 0;
                if (news.commits() > 0) {
                    send(sink, sse, "commit");
                }
                if (states) {
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
