package eider.cli;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People;
import eider.people.Permission;
import eider.people.Person;
import eider.people.RefusedException;
import eider.people.Session;
import eider.people.SignIns;
import java.io.IOException;
import java.io.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Accounts in memory, which remember who was asked to change them. */
final class FakePeople implements People {
    static final String SECRET = "s3cr3t-of-a-link";

    final List<Person> all = new ArrayList<>();
    final List<String> changed = new ArrayList<>();
    final FakeSignIns signIns = new FakeSignIns();
    Imported imported;
    EngineException refusal;
    EngineException damaged;
    String read;

    static Person person(long id, String name, String role, Map<String, String> attributes) {
        return new Person(id, name, name + "@example.com", role, attributes, true, false, false, FakeEngine.NOON, null);
    }

    private void change(String what, Actor by) throws EngineException {
        if (refusal != null) {
            throw refusal;
        }
        changed.add(what + " by " + by.kind() + " " + by.name());
    }

    @Override
    public boolean none() {
        return all.isEmpty();
    }

    @Override
    public List<Person> all() {
        return all;
    }

    @Override
    public Optional<Person> person(long id) {
        return all.stream().filter(person -> person.id() == id).findFirst();
    }

    @Override
    public Optional<Person> named(String username) {
        if (damaged != null) {
            throw new IllegalStateException(damaged.getMessage(), damaged);
        }
        return all.stream().filter(person -> person.username().equalsIgnoreCase(username)).findFirst();
    }

    @Override
    public Person change(long id, Change change, Actor by) throws EngineException {
        change(change.toString(), by);
        Person was = person(id).orElseThrow();
        return new Person(id, was.username(), Objects.requireNonNullElse(change.email(), was.email()), Objects.requireNonNullElse(change.role(), was.role()),
                Objects.requireNonNullElse(change.attributes(), was.attributes()), Objects.requireNonNullElse(change.active(), was.active()), was.mustChange(),
                was.secondFactor(), was.created(), was.lastSignIn());
    }

    @Override
    public Imported importFrom(Reader csv, Actor by) throws EngineException {
        try {
            StringBuilder text = new StringBuilder();
            for (int c = csv.read(); c >= 0; c = csv.read()) {
                text.append((char) c);
            }
            read = text.toString();
        } catch (IOException e) {
            throw new EngineException("The file cannot be read: " + e.getMessage(), e);
        }
        change("import", by);
        return imported;
    }

    @Override
    public String setUpLink(Actor by) throws EngineException {
        if (!all.isEmpty()) {
            throw new RefusedException("There are accounts already; an admin adds people.");
        }
        change("set-up link", by);
        return SECRET;
    }

    @Override
    public String resetLink(String username, Actor by) throws EngineException {
        change("reset link of " + username, by);
        return SECRET;
    }

    @Override
    public Person add(String username, String email, String role, Map<String, String> attributes, char[] password, Actor by) {
        throw new AssertionError("no command takes a password");
    }

    @Override
    public boolean registrationOpen() {
        throw new AssertionError("no command asks for it");
    }

    @Override
    public Person register(String username, String email, char[] password, Actor by) {
        throw new AssertionError("no command takes a password");
    }

    @Override
    public void changePassword(long id, char[] current, char[] replacement, String session, Actor by) {
        throw new AssertionError("no command takes a password");
    }

    @Override
    public Person setUp(String secret, String username, String email, char[] password, Actor by) {
        throw new AssertionError("no command takes a password");
    }

    @Override
    public Person reset(String secret, char[] password, Actor by) {
        throw new AssertionError("no command takes a password");
    }

    @Override
    public String passwordRule() {
        throw new AssertionError("no command asks for it");
    }

    final class FakeSignIns implements SignIns {
        @Override
        public void removeSecondFactor(long person, char[] password, Actor by) throws EngineException {
            change("second factor of " + person + " removed, " + (password == null ? "without a password" : "with one"), by);
        }

        @Override
        public Outcome signIn(String username, char[] password, Actor from) {
            throw new AssertionError("no command signs in");
        }

        @Override
        public Outcome code(String ticket, String code, Actor from) {
            throw new AssertionError("no command signs in");
        }

        @Override
        public Optional<Session> session(String secret) {
            throw new AssertionError("no command has a session");
        }

        @Override
        public Optional<Session> token(String secret) {
            throw new AssertionError("no command has a token");
        }

        @Override
        public void signOut(String secret, Actor by) {
            throw new AssertionError("no command signs out");
        }

        @Override
        public List<Session> sessions(long person) {
            throw new AssertionError("no command lists sessions");
        }

        @Override
        public void end(long person, String session, Actor by) {
            throw new AssertionError("no command ends a session");
        }

        @Override
        public List<Token> tokens(long person) {
            throw new AssertionError("no command lists tokens");
        }

        @Override
        public NewToken newToken(long person, String name, Set<Permission> scopes, Duration life, Actor by) {
            throw new AssertionError("no command makes a token");
        }

        @Override
        public void endToken(long person, String token, Actor by) {
            throw new AssertionError("no command ends a token");
        }

        @Override
        public SecondFactor secondFactor(long person) {
            throw new AssertionError("no command sets up a second factor");
        }

        @Override
        public List<String> confirmSecondFactor(long person, String code, Actor by) {
            throw new AssertionError("no command sets up a second factor");
        }
    }
}
