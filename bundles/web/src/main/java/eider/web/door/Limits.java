package eider.web.door;

import eider.engine.EngineException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * How often somebody may try to get in: by address, and by the name that is tried. What a service delays after failures comes on top of that. Any thread.
 */
@Component(service = Limits.class)
public final class Limits {
    /** A password is made hard to guess by the memory that a guess takes: so many at once, the others wait in line. */
    private static final int AT_ONCE = 2;

    private final Rates addresses = new Rates(30, Duration.ofSeconds(2), System::nanoTime);
    private final Rates names = new Rates(10, Duration.ofSeconds(6), System::nanoTime);
    private final Rates newcomers = new Rates(5, Duration.ofMinutes(1), System::nanoTime);
    private final Rates links = new Rates(10, Duration.ofSeconds(15), System::nanoTime);
    private final Semaphore hashing = new Semaphore(AT_ONCE, true);

    @Activate
    public Limits() {}

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Each of these says how long to wait; zero: go on. */
    public Duration signIn(Visitor visitor, String name) {
        return longer(addresses.take(Network.neighbourhood(visitor.actor().from())), names.take(bounded(name)));
    }

    /** Who came in does not count: many people may share an address. */
    public void cameIn(Visitor visitor, String name) {
        addresses.giveBack(Network.neighbourhood(visitor.actor().from()));
        names.giveBack(bounded(name));
    }

    private static String bounded(String name) {
        String tried = name.toLowerCase(Locale.ROOT);
        return tried.length() > 64 ? tried.substring(0, 64) : tried;
    }

    public Duration code(Visitor visitor) {
        return addresses.take(Network.neighbourhood(visitor.actor().from()));
    }

    public Duration register(Visitor visitor) {
        return newcomers.take(Network.neighbourhood(visitor.actor().from()));
    }

    public Duration link(Visitor visitor) {
        return links.take(Network.neighbourhood(visitor.actor().from()));
    }

    /** What a person does to a password, or to the second factor, of an account: somebody with a stolen session must not be able to guess it there. */
    public Duration change(Visitor visitor) {
        return names.take("#" + visitor.session().person().id());
    }

    /** Work that takes much memory. */
    @FunctionalInterface
    public interface Hashing<T, X extends Exception> {
        T run() throws EngineException, X;
    }

    /** Does it as soon as no more than two others do. */
    public <T, X extends Exception> T hashing(Hashing<T, X> work) throws EngineException, X {
        hashing.acquireUninterruptibly();
        try {
            return work.run();
        } finally {
            hashing.release();
        }
    }
}
