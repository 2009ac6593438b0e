package eider.identity;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Permission;
import eider.people.Person;
import eider.people.RefusedException;
import eider.people.Session;
import eider.people.SignIns;
import eider.people.Viewer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in. When a session was used last is known in memory, and written down every few minutes and at the end: a write for each request would be
 * one too many.
 */
@Component
public final class SignInService implements SignIns {
    private static final Logger log = LoggerFactory.getLogger(SignInService.class);
    static final String WRONG = "The user name or the password is wrong.";
    private static final String WRONG_CODE = "The code is wrong, or was used already.";
    private static final String AGAIN = "That took too long, or too many codes were wrong: sign in again.";
    private static final Actor NOBODY = Actor.person("(unknown)", "", "");
    private static final Duration TICKET = Duration.ofMinutes(5);
    private static final int TRIES_OF_TICKET = 5;
    private static final Duration PENDING_FACTOR = Duration.ofMinutes(30);
    private static final Duration LONGEST_TOKEN = Duration.ofDays(366);
    private static final int TOKENS = 100;
    private static final Duration WRITTEN_DOWN = Duration.ofMinutes(5);
    private static final Duration CLEARING = Duration.ofMinutes(10);
    private static final Duration FORGETTING = Duration.ofDays(1);
    private static final int LONGEST_CODE = 40;

    private final House house;
    /** By id; in milliseconds. */
    private final Map<String, Long> seen = new ConcurrentHashMap<>();
    private final AtomicLong cleared = new AtomicLong(Long.MIN_VALUE / 2);
    private final AtomicLong forgotten = new AtomicLong(Long.MIN_VALUE / 2);

    private record Open(String id, long person, long began, long seen, long ends, String from, String agent) {
        static final String SELECT = "SELECT id, person, began, seen, ends, origin, agent FROM session ";

        static Open of(ResultSet row) throws SQLException {
            return new Open(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getString(6), row.getString(7));
        }
    }

    private record Held(long person, Token token) {
        static final String SELECT = "SELECT person, id, name, scopes, created, ends, used FROM token ";

        static Held of(ResultSet row) throws SQLException {
            long used = row.getLong(7);
            Instant last = row.wasNull() ? null : Instant.ofEpochMilli(used);
            Set<Permission> scopes = Stream.of(row.getString(4).split(",")).filter(name -> !name.isEmpty()).map(Permission::valueOf)
                    .collect(Collectors.toSet());
            return new Held(row.getLong(1), new Token(row.getString(2), row.getString(3), scopes, Instant.ofEpochMilli(row.getLong(5)),
                    Instant.ofEpochMilli(row.getLong(6)), last));
        }
    }

    private record Ticket(long person, int tries) {}

    private record Factor(byte[] secret, long step, long at) {
        static final String SELECT = "SELECT secret, step, at FROM factor WHERE person = ? AND confirmed = ?";

        static Factor of(ResultSet row) throws SQLException {
            return new Factor(row.getBytes(1), row.getLong(2), row.getLong(3));
        }
    }

    @Activate
    public SignInService(@Reference House house) {
        this.house = house;
    }

    @Deactivate
    void writeDownAll() {
        try {
            if (!seen.isEmpty()) {
                house.vault().change(sql -> {
                    for (Map.Entry<String, Long> one : seen.entrySet()) {
                        sql.run("UPDATE session SET seen = ? WHERE id = ?", one.getValue(), one.getKey());
                        sql.run("UPDATE token SET used = ? WHERE id = ?", one.getValue(), one.getKey());
                    }
                });
            }
        } catch (EngineException e) {
            log.warn("When sessions were used last was not written down: {}", e.getMessage());
        }
    }

    private long now() {
        return house.clock().millis();
    }

    private static Instant minute(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.MINUTES);
    }

    // ---- signing in ----

    @Override
    public Outcome signIn(String username, char[] password, Actor from) throws EngineException {
        Vault vault = house.vault();
        clear();
        String typed = username == null ? "" : username.strip();
        Pauses.Try made = house.pauses().begin(typed, from.from());
        if (made.refused()) {
            return paused(made);
        }
        Optional<Accounts.Account> account = vault.read(sql -> house.accounts().named(sql, typed));
        boolean right;
        String fresh = null;
        try {
            right = house.passwords().matches(password, account.map(Accounts.Account::password).orElse(null));
            if (right && house.passwords().outdated(account.orElseThrow().password())) {
                fresh = house.passwords().hash(password);
            }
        } catch (Passwords.BusyException e) {
            vault.change(sql -> house.pauses().uncount(sql, made));
            return new Outcome.Refused(e.getMessage(), Duration.ofSeconds(3));
        } catch (EngineException e) {
            vault.change(sql -> house.pauses().uncount(sql, made));
            throw e;
        }
        Outcome outcome = right ? open(account.orElseThrow(), fresh, made, from) : null;
        if (outcome == null) {
            Actor who = account.map(known -> known.person().username()).map(name -> new Actor(from.kind(), name, from.from(), from.agent()))
                    .orElse(new Actor(from.kind(), NOBODY.name(), from.from(), from.agent()));
            // The name as it was typed stays out: some type their password there.
            vault.change(sql -> house.trail().add(sql, who, "sign-in.refused", "person " + who.name(), "", "password"));
            return new Outcome.Refused(WRONG, house.pauses().left(made));
        }
        return outcome;
    }

    private static Outcome.Refused paused(Pauses.Try made) {
        return new Outcome.Refused("Too many tries: wait " + Span.say(made.pause()) + ".", made.pause());
    }

    /** Null if the account may not come in, or is not what it was a moment ago. */
    private Outcome open(Accounts.Account looked, String freshHash, Pauses.Try made, Actor from) throws EngineException {
        return house.vault().write(sql -> {
            Accounts.Account account = house.accounts().byId(sql, looked.person().id()).orElse(null);
            // An account of the demo with the password that everybody knows opens nothing in a home that is no demo any more.
            if (account == null || !account.password().equals(looked.password()) || !account.person().active() || account.demo() && !house.demo()) {
                return null;
            }
            Person person = account.person();
            Actor by = new Actor(from.kind(), person.username(), from.from(), from.agent());
            if (freshHash != null) {
                sql.run("UPDATE person SET password = ? WHERE id = ?", freshHash, person.id());
            }
            if (person.secondFactor()) {
                house.pauses().uncount(sql, made);
                String ticket = Secrets.make();
                sql.run("INSERT INTO ticket VALUES (?, ?, ?, 0)", Secrets.digest(ticket), person.id(), now() + TICKET.toMillis());
                house.trail().add(sql, by, "sign-in.password", "person " + person.username(), "", "a code is asked for");
                return new Outcome.CodeWanted(ticket);
            }
            return in(sql, person, made, by, "password");
        });
    }

    private Outcome in(Sql sql, Person person, Pauses.Try made, Actor by, String how) throws SQLException, EngineException {
        house.pauses().right(sql, made);
        long now = now();
        String secret = Secrets.make();
        Open open = new Open(Secrets.id(), person.id(), now, now, now + house.options().sessionLongest().toMillis(), Plain.text(by.from(), 200),
                Plain.text(by.agent(), 200));
        sql.run("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?)", Secrets.digest(secret), open.id(), open.person(), open.began(), open.seen(),
                open.ends(), open.from(), open.agent());
        sql.run("UPDATE person SET last_sign_in = ? WHERE id = ?", now, person.id());
        house.trail().add(sql, by, "sign-in", "person " + person.username(), "", "by " + how + ", session " + open.id());
        return new Outcome.In(session(open, house.accounts().byId(sql, person.id()).orElseThrow().person(), now), secret);
    }

    @Override
    public Outcome code(String ticket, String code, Actor from) throws EngineException {
        Vault vault = house.vault();
        if (!Secrets.shaped(ticket)) {
            return new Outcome.Refused(AGAIN, Duration.ZERO);
        }
        byte[] digest = Secrets.digest(ticket);
        Optional<String> name = vault.read(sql -> {
            Ticket good = ticket(sql, digest).orElse(null);
            return good == null ? Optional.empty() : known(sql, good.person()).map(Person::username);
        });
        if (name.isEmpty()) {
            return new Outcome.Refused(AGAIN, Duration.ZERO);
        }
        Pauses.Try made = house.pauses().begin(name.get(), from.from());
        if (made.refused()) {
            return paused(made);
        }
        Actor by = new Actor(from.kind(), name.get(), from.from(), from.agent());
        Outcome outcome = vault.write(sql -> {
            Ticket good = ticket(sql, digest).orElse(null);
            Person person = good == null ? null : known(sql, good.person()).orElse(null);
            if (person == null) {
                return new Outcome.Refused(AGAIN, Duration.ZERO);
            }
            Optional<String> how = taken(sql, person.id(), code == null ? "" : code.strip());
            if (how.isPresent()) {
                sql.run("DELETE FROM ticket WHERE digest = ?", digest);
                return in(sql, person, made, by, "password and " + how.get());
            }
            if (good.tries() + 1 >= TRIES_OF_TICKET) {
                sql.run("DELETE FROM ticket WHERE digest = ?", digest);
            } else {
                sql.run("UPDATE ticket SET tries = tries + 1 WHERE digest = ?", digest);
            }
            house.trail().add(sql, by, "sign-in.refused", "person " + person.username(), "", "code");
            return new Outcome.Refused(good.tries() + 1 >= TRIES_OF_TICKET ? AGAIN : WRONG_CODE, Duration.ZERO);
        });
        return switch (outcome) {
            case Outcome.Refused refused -> new Outcome.Refused(refused.sentence(), house.pauses().left(made));
            case Outcome.In in -> in;
            case Outcome.CodeWanted wanted -> wanted;
        };
    }

    private Optional<Ticket> ticket(Sql sql, byte[] digest) throws SQLException {
        return sql.one("SELECT person, tries FROM ticket WHERE digest = ? AND ends > ?", row -> new Ticket(row.getLong(1), row.getInt(2)),
                digest, now());
    }

    /** Who may still come in. */
    private Optional<Person> known(Sql sql, long id) throws SQLException {
        return house.accounts().byId(sql, id).filter(account -> !account.demo() || house.demo()).map(Accounts.Account::person).filter(Person::active);
    }

    /** Takes a code, which then is used up. By what it was; empty if it is none. */
    private Optional<String> taken(Sql sql, long person, String code) throws SQLException, EngineException {
        if (code.isEmpty() || code.length() > LONGEST_CODE) {
            return Optional.empty();
        }
        String digits = code.replace(" ", "");
        if (digits.length() == 6) {
            Factor factor = sql.one(Factor.SELECT, Factor::of, person, true).orElse(null);
            if (factor == null) {
                return Optional.empty();
            }
            OptionalLong step = Totp.step(house.keys().decrypt(factor.secret(), person), digits, now(), factor.step());
            if (step.isEmpty()) {
                return Optional.empty();
            }
            sql.run("UPDATE factor SET step = ? WHERE person = ? AND confirmed", step.getAsLong(), person);
            return Optional.of("code");
        }
        String recovery = Totp.recovery(code);
        boolean used = !recovery.isEmpty() && sql.run("DELETE FROM recovery WHERE person = ? AND digest = ?", person, Secrets.digest(recovery)) == 1;
        return used ? Optional.of("recovery code") : Optional.empty();
    }

    // ---- sessions ----

    @Override
    public Optional<Session> session(String secret) {
        if (!Secrets.shaped(secret)) {
            return Optional.empty();
        }
        try {
            byte[] digest = Secrets.digest(secret);
            record Found(Open open, Person person) {}
            Found found = house.vault().read(sql -> {
                Open open = sql.one(Open.SELECT + "WHERE digest = ?", Open::of, digest).filter(this::alive).orElse(null);
                return open == null ? null : known(sql, open.person()).map(person -> new Found(open, person)).orElse(null);
            });
            if (found == null) {
                return Optional.empty();
            }
            long now = now();
            use(found.open().id(), found.open().seen(), now, "UPDATE session SET seen = ? WHERE id = ?");
            return Optional.of(session(found.open(), found.person(), now));
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    private Session session(Open open, Person person, long last) {
        long ends = Math.min(open.ends(), open.began() + house.options().sessionLongest().toMillis());
        return new Session(open.id(), person, null, null, Instant.ofEpochMilli(open.began()), minute(last), Instant.ofEpochMilli(ends), open.from(),
                open.agent());
    }

    private long lastSeen(String id, long written) {
        return Math.max(written, seen.getOrDefault(id, 0L));
    }

    private boolean alive(Open open) {
        long now = now();
        return now < open.ends() && now < open.began() + house.options().sessionLongest().toMillis()
                && now < lastSeen(open.id(), open.seen()) + house.options().sessionIdle().toMillis();
    }

    /** Remembers the use, and writes it down if it was not for a while. */
    private void use(String id, long written, long now, String update) {
        seen.put(id, now);
        long due = Math.min(WRITTEN_DOWN.toMillis(), house.options().sessionIdle().toMillis() / 4);
        if (now - written < due) {
            return;
        }
        try {
            house.vault().change(sql -> sql.run(update, now, id));
        } catch (EngineException e) {
            // The request is served all the same: a full disk must not lock out who could mend it.
            log.error("When a session was used was not written down: {}", e.getMessage());
        }
    }

    @Override
    public void signOut(String secret, Actor by) throws EngineException {
        if (!Secrets.shaped(secret)) {
            return;
        }
        byte[] digest = Secrets.digest(secret);
        house.vault().change(sql -> {
            Open open = sql.one(Open.SELECT + "WHERE digest = ?", Open::of, digest).orElse(null);
            if (open != null) {
                ended(sql, open, by, "sign-out");
            }
        });
    }

    private void ended(Sql sql, Open open, Actor by, String action) throws SQLException, EngineException {
        sql.run("DELETE FROM session WHERE id = ?", open.id());
        seen.remove(open.id());
        Person person = person(sql, open.person());
        house.trail().add(sql, by, action, "person " + person.username(), "session " + open.id(), "");
    }

    private Person person(Sql sql, long id) throws SQLException, RefusedException {
        return house.accounts().byId(sql, id).map(Accounts.Account::person).orElseThrow(() -> new RefusedException("There is no such account."));
    }

    @Override
    public List<Session> sessions(long id) {
        try {
            return house.vault().read(sql -> {
                Optional<Person> person = known(sql, id);
                if (person.isEmpty()) {
                    return List.of();
                }
                List<Session> sessions = new ArrayList<>();
                for (Open open : sql.list(Open.SELECT + "WHERE person = ? ORDER BY began DESC, id", Open::of, id)) {
                    if (alive(open)) {
                        sessions.add(session(open, person.get(), lastSeen(open.id(), open.seen())));
                    }
                }
                return sessions;
            });
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    @Override
    public void end(long person, String session, Actor by) throws EngineException {
        house.vault().change(sql -> {
            Open open = sql.one(Open.SELECT + "WHERE id = ? AND person = ?", Open::of, session, person).orElse(null);
            if (open != null) {
                ended(sql, open, by, "session.end");
            }
        });
    }

    // ---- tokens ----

    @Override
    public Optional<Session> token(String secret) {
        if (secret == null || !secret.startsWith(Secrets.TOKEN) || !Secrets.shaped(secret.substring(Secrets.TOKEN.length()))) {
            return Optional.empty();
        }
        try {
            long now = now();
            byte[] digest = Secrets.digest(secret);
            Held held = house.vault().read(sql -> sql.one(Held.SELECT + "WHERE digest = ? AND ends > ?", Held::of, digest, now)).orElse(null);
            Optional<Person> person = held == null ? Optional.empty() : house.vault().read(sql -> known(sql, held.person()));
            if (person.isEmpty()) {
                return Optional.empty();
            }
            Token token = held.token();
            use(token.id(), token.used() == null ? 0 : token.used().toEpochMilli(), now, "UPDATE token SET used = ? WHERE id = ?");
            return Optional.of(new Session(token.id(), person.get(), token.name(), token.scopes(), token.created(), minute(now), token.ends(), "",
                    ""));
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    @Override
    public List<Token> tokens(long person) {
        try {
            List<Held> held = house.vault().read(sql -> sql.list(Held.SELECT + "WHERE person = ? AND ends > ? ORDER BY created DESC, id", Held::of,
                    person, now()));
            return held.stream().map(Held::token).map(this::used).toList();
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    private Token used(Token token) {
        long last = lastSeen(token.id(), token.used() == null ? 0 : token.used().toEpochMilli());
        return new Token(token.id(), token.name(), token.scopes(), token.created(), token.ends(), last == 0 ? null : minute(last));
    }

    @Override
    public NewToken newToken(long id, String name, Set<Permission> scopes, Duration life, Actor by) throws EngineException {
        String called = name == null ? "" : name.strip();
        if (called.isEmpty() || called.length() > 64 || !Plain.harmless(called)) {
            throw new RefusedException("A token has a name of 1 to 64 characters, so that you know it again.");
        }
        if (life == null || !life.isPositive() || life.compareTo(LONGEST_TOKEN) > 0) {
            throw new RefusedException("A token ends after a year at the latest: choose a shorter time.");
        }
        String secret = Secrets.TOKEN + Secrets.make();
        Token token = house.vault().write(sql -> {
            Person person = known(sql, id).orElseThrow(() -> new RefusedException("The account is not active."));
            long now = now();
            if (sql.number("SELECT count(*) FROM token WHERE person = ? AND ends > ?", id, now) >= TOKENS) {
                throw new RefusedException("An account has at most " + TOKENS + " tokens: end one that is not used.");
            }
            Token made = new Token(Secrets.id(), called, scopes, Instant.ofEpochMilli(now), Instant.ofEpochMilli(now + life.toMillis()), null);
            String written = scopes.stream().sorted(Comparator.naturalOrder()).map(Permission::name).collect(Collectors.joining(","));
            sql.run("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", Secrets.digest(secret), made.id(), id, called, written, now,
                    made.ends().toEpochMilli());
            house.trail().add(sql, by, "token.new", "person " + person.username(), "", "token " + made.id() + " " + called + ", scopes " + written
                    + ", ends " + made.ends());
            return made;
        });
        return new NewToken(token, secret);
    }

    @Override
    public void endToken(long id, String token, Actor by) throws EngineException {
        house.vault().change(sql -> {
            Held held = sql.one(Held.SELECT + "WHERE id = ? AND person = ?", Held::of, token, id).orElse(null);
            if (held != null) {
                sql.run("DELETE FROM token WHERE id = ?", token);
                seen.remove(token);
                house.trail().add(sql, by, "token.end", "person " + person(sql, id).username(), "token " + token + " " + held.token().name(), "");
            }
        });
    }

    // ---- second factor ----

    @Override
    public SecondFactor secondFactor(long id) throws EngineException {
        byte[] secret = Secrets.random(20);
        Person person = house.vault().write(sql -> {
            Person one = person(sql, id);
            // Or who has somebody's session could put his own authenticator in the place of the right one.
            if (one.secondFactor()) {
                throw new RefusedException("There is a second factor already: remove it first, with your password.");
            }
            sql.run("DELETE FROM factor WHERE person = ? AND NOT confirmed", id);
            sql.run("INSERT INTO factor VALUES (?, FALSE, ?, 0, ?)", id, house.keys().encrypt(secret, id), now());
            return one;
        });
        return new SecondFactor(Totp.base32(secret), Totp.address(person.username(), secret));
    }

    @Override
    public List<String> confirmSecondFactor(long id, String code, Actor by) throws EngineException {
        List<String> codes = Totp.recoveryCodes();
        house.vault().change(sql -> {
            Person person = person(sql, id);
            Factor pending = sql.one(Factor.SELECT, Factor::of, id, false).filter(one -> one.at() + PENDING_FACTOR.toMillis() > now())
                    .orElseThrow(() -> new RefusedException("Begin anew: the second factor was not confirmed within 30 minutes."));
            if (person.secondFactor()) {
                throw new RefusedException("There is a second factor already: remove it first, with your password.");
            }
            String digits = code == null || code.length() > LONGEST_CODE ? "" : code.replace(" ", "");
            long step = Totp.step(house.keys().decrypt(pending.secret(), id), digits, now(), 0)
                    .orElseThrow(() -> new RefusedException("This is not the code that the authenticator shows now: look whether its clock is "
                    + "right."));
            sql.run("UPDATE factor SET confirmed = TRUE, step = ?, at = ? WHERE person = ?", step, now(), id);
            sql.run("DELETE FROM recovery WHERE person = ?", id);
            for (String one : codes) {
                sql.run("INSERT INTO recovery VALUES (?, ?)", id, Secrets.digest(Totp.recovery(one)));
            }
            house.trail().add(sql, by, "second-factor.on", "person " + person.username(), "", "");
        });
        return codes;
    }

    @Override
    public void removeSecondFactor(long id, char[] password, Actor by) throws EngineException {
        Accounts.Account account = house.vault().read(sql -> house.accounts().byId(sql, id))
                .orElseThrow(() -> new RefusedException("There is no such account."));
        if (password != null) {
            house.checkPassword(account, password, by, "second-factor.refused");
        }
        house.vault().change(sql -> {
            // Not by an admin for himself either: who has the session of one does not have the password.
            boolean signedIn = by.kind() == Actor.Kind.PERSON || by.kind() == Actor.Kind.TOKEN;
            if (password == null && signedIn && (by.name().equalsIgnoreCase(account.person().username()) || !isAdmin(sql, by.name()))) {
                throw new RefusedException("A second factor is removed with one's own password, or by another person who is an admin.");
            }
            boolean was = person(sql, id).secondFactor();
            sql.run("DELETE FROM factor WHERE person = ?", id);
            sql.run("DELETE FROM recovery WHERE person = ?", id);
            sql.run("DELETE FROM ticket WHERE person = ?", id);
            if (was) {
                house.trail().add(sql, by, "second-factor.off", "person " + account.person().username(), "", "");
            }
        });
    }

    private boolean isAdmin(Sql sql, String name) throws SQLException {
        return house.accounts().named(sql, name).map(Accounts.Account::person).filter(person -> person.active() && person.role().equals(Viewer.ADMIN))
                .isPresent();
    }

    // ---- clearing ----

    /** At sign-ins, now and then: what has ended goes, and what the audit trail keeps no longer. */
    private void clear() throws EngineException {
        long now = now();
        if (due(cleared, now, CLEARING)) {
            List<String> gone = house.vault().write(sql -> {
                List<String> ids = new ArrayList<>();
                for (Open open : sql.list(Open.SELECT, Open::of)) {
                    if (!alive(open)) {
                        sql.run("DELETE FROM session WHERE id = ?", open.id());
                        ids.add(open.id());
                    }
                }
                ids.addAll(sql.list("SELECT id FROM token WHERE ends <= ?", row -> row.getString(1), now));
                sql.run("DELETE FROM token WHERE ends <= ?", now);
                sql.run("DELETE FROM ticket WHERE ends <= ?", now);
                sql.run("DELETE FROM link WHERE ends <= ?", now);
                sql.run("DELETE FROM factor WHERE NOT confirmed AND at <= ?", now - PENDING_FACTOR.toMillis());
                sql.run("DELETE FROM failure WHERE last < ?", now - Pauses.FORGOTTEN_AFTER.toMillis());
                return ids;
            });
            gone.forEach(seen::remove);
        }
        Duration kept = house.options().keepAudit();
        if (!kept.isZero() && due(forgotten, now, FORGETTING)) {
            house.vault().change(sql -> house.trail().forget(sql, kept));
        }
    }

    /** Whether so long has passed; of several who ask at once one is told so. */
    private static boolean due(AtomicLong last, long now, Duration each) {
        long before = last.get();
        return now - before >= each.toMillis() && last.compareAndSet(before, now);
    }
}
