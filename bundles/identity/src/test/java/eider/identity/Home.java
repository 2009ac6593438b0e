package eider.identity;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Person;
import eider.people.SignIns.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** A home with real files and a clock that is set by hand; hashes are cheap, so that tests can make many. */
final class Home implements AutoCloseable {
    static final String GOOD = "seven green otters sing";
    static final String OTHER = "nine blue herons dance";
    static final Passwords.Cost CHEAP = new Passwords.Cost(64, 1, 1);
    static final Actor ANN = Actor.person("ann", "10.0.0.1", "Firefox");
    static final Actor OPS = Actor.operator("ops");

    /** Stands still until it is moved. */
    static final class Hands implements InstantSource {
        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-02T09:00:00Z"));

        @Override
        public Instant instant() {
            return now.get();
        }

        void pass(Duration span) {
            now.updateAndGet(at -> at.plus(span));
        }
    }

    final Path data;
    final Hands clock;
    final Passwords passwords;
    House house;
    PeopleService people;
    SignInService signIns;
    AuditService audit;
    private final boolean demo;

    Home(Path data) {
        this(data, false, new Hands(), new Passwords(CHEAP, Duration.ofSeconds(10)));
    }

    Home(Path data, boolean demo, Hands clock, Passwords passwords) {
        this.data = data;
        this.demo = demo;
        this.clock = clock;
        this.passwords = passwords;
        start();
    }

    void start() {
        house = new House(data, demo, clock, passwords);
        people = new PeopleService(house);
        signIns = new SignInService(house);
        audit = new AuditService(house);
    }

    void stop() {
        signIns.writeDownAll();
        house.close();
    }

    void restart() {
        stop();
        start();
    }

    @Override
    public void close() {
        stop();
    }

    Person add(String name, String role) throws EngineException {
        return people.add(name, name + "@shop.example", role, Map.of(), GOOD.toCharArray(), OPS);
    }

    Outcome signIn(String name, String password) throws EngineException {
        return signIn(name, password, "10.0.0.1");
    }

    Outcome signIn(String name, String password, String from) throws EngineException {
        return signIns.signIn(name, password.toCharArray(), Actor.person(name, from, "Firefox"));
    }

    Outcome.In in(String name, String password) throws EngineException {
        return (Outcome.In) signIn(name, password);
    }

    long count(String select) throws EngineException {
        return house.vault().read(sql -> sql.number(select));
    }

    String newest(String sought) throws EngineException {
        var found = audit.entries(Long.MAX_VALUE, 1, sought);
        return found.isEmpty() ? "" : found.getFirst().toString();
    }
}
