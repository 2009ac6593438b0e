package eider.identity;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.People;
import eider.people.Person;
import eider.people.RefusedException;
import eider.people.Viewer;
import java.io.IOException;
import java.io.Reader;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The accounts. */
@Component
public final class PeopleService implements People {
    /** What everybody starts with who makes an account for himself. */
    private static final String LEAST_ROLE = "user";
    private static final Duration LINK = Duration.ofMinutes(30);
    private static final int ROWS = 10_000;
    private static final List<String> HEADER = List.of("username", "email", "role", "initial_password");
    private static final String TAKEN = "This user name or e-mail address cannot be had: choose another.";
    private static final String DEAD_LINK = "This link does not work any more: it was used, it is older than 30 minutes, or there is a newer one. "
            + "Ask for a new one.";
    private static final long SET_UP = 0;

    private final House house;

    @Activate
    public PeopleService(@Reference House house) {
        this.house = house;
    }

    // ---- who is there ----

    @Override
    public boolean none() {
        try {
            return house.vault().read(house.accounts()::none);
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    @Override
    public List<Person> all() {
        try {
            return house.vault().read(house.accounts()::all);
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    @Override
    public Optional<Person> person(long id) {
        try {
            return house.vault().read(sql -> house.accounts().byId(sql, id)).map(Accounts.Account::person);
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    @Override
    public Optional<Person> named(String username) {
        try {
            return house.vault().read(sql -> house.accounts().named(sql, username)).map(Accounts.Account::person);
        } catch (EngineException e) {
            throw House.unchecked(e);
        }
    }

    // ---- changes by an admin ----

    @Override
    public Person change(long id, Change change, Actor by) throws EngineException {
        String email = change.email() == null ? null : Accounts.email(change.email());
        Map<String, String> attributes = change.attributes() == null ? null : Accounts.attributes(change.attributes());
        if (change.role() != null) {
            house.checkRole(change.role());
        }
        return house.vault().write(sql -> {
            Person was = account(sql, id).person();
            String object = "person " + was.username();
            boolean active = change.active() == null ? was.active() : change.active();
            String role = change.role() == null ? was.role() : change.role();
            boolean wasAdmin = was.active() && was.role().equals(Viewer.ADMIN);
            if (wasAdmin && (!active || !role.equals(Viewer.ADMIN)) && !house.accounts().anotherAdmin(sql, id)) {
                throw new RefusedException(was.username() + " is the last active admin: make another one first.");
            }
            if (email != null && !email.equals(was.email())) {
                if (house.accounts().taken(sql, was.username(), email, id)) {
                    throw new RefusedException("Another account has this e-mail address.");
                }
                sql.run("UPDATE person SET email = ?, email_key = ? WHERE id = ?", email, Accounts.mailKey(email), id);
                // a link that went to the old address
                sql.run("DELETE FROM link WHERE person = ?", id);
                house.trail().add(sql, by, "email.change", object, was.email(), email);
            }
            if (!role.equals(was.role())) {
                sql.run("UPDATE person SET role = ? WHERE id = ?", role, id);
                house.trail().add(sql, by, "role.change", object, was.role(), role);
            }
            if (attributes != null && !attributes.equals(was.attributes())) {
                house.accounts().attributes(sql, id, attributes);
                house.trail().add(sql, by, "attributes.change", object, written(was.attributes()), written(attributes));
            }
            if (active != was.active()) {
                sql.run("UPDATE person SET active = ? WHERE id = ?", active, id);
                if (!active) {
                    for (String table : List.of("DELETE FROM session WHERE person = ?", "DELETE FROM token WHERE person = ?",
                            "DELETE FROM ticket WHERE person = ?", "DELETE FROM link WHERE person = ?")) {
                        sql.run(table, id);
                    }
                }
                house.trail().add(sql, by, active ? "person.activate" : "person.deactivate", object, was.active() ? "active" : "not active", active
                        ? "active" : "not active");
            }
            return account(sql, id).person();
        });
    }

    private static String written(Map<String, String> attributes) {
        return new TreeMap<>(attributes).toString();
    }

    private Accounts.Account account(Sql sql, long id) throws SQLException, RefusedException {
        return house.accounts().byId(sql, id).orElseThrow(() -> new RefusedException("There is no such account."));
    }

    @Override
    public Person add(String username, String email, String role, Map<String, String> attributes, char[] password, Actor by) throws EngineException {
        house.checkRole(role);
        return insert(username, email, role, attributes, password, true, by, "person.add");
    }

    private Person insert(String username, String email, String role, Map<String, String> attributes, char[] password, boolean mustChange, Actor by,
            String action) throws EngineException {
        String name = Accounts.username(username);
        String mail = Accounts.email(email);
        Map<String, String> checked = Accounts.attributes(attributes);
        PasswordRule.check(password, house.options().passwordLength(), name, mail);
        // Before it is known whether the name can be had: both answers take as long.
        String hash = house.passwords().hash(password);
        return house.vault().write(sql -> {
            if (house.accounts().taken(sql, name, mail, 0)) {
                throw new RefusedException(TAKEN);
            }
            Person person = house.accounts().insert(sql, new Accounts.New(name, mail, role, checked, hash, mustChange, false));
            // the first account by whatever way ends the set-up link
            sql.run("DELETE FROM link WHERE person = ?", SET_UP);
            house.trail().add(sql, by, action, "person " + name, "", "role " + role + ", email " + mail + ", attributes " + written(checked));
            return person;
        });
    }

    // ---- changes by oneself ----

    @Override
    public boolean registrationOpen() {
        return house.options().registration();
    }

    @Override
    public Person register(String username, String email, char[] password, Actor by) throws EngineException {
        if (!registrationOpen() || none()) {
            throw new RefusedException("Accounts are made by an admin here: ask one for yours.");
        }
        house.checkRole(LEAST_ROLE);
        Pauses.Try made = house.pauses().begin(by.from());
        if (made.refused()) {
            throw new RefusedException("Too many tries: wait " + Span.say(made.pause()) + ".");
        }
        return insert(username, email, LEAST_ROLE, Map.of(), password, false, new Actor(by.kind(), Plain.text(username, 64), by.from(), by.agent()),
                "person.register");
    }

    @Override
    public void changePassword(long id, char[] current, char[] replacement, String session, Actor by) throws EngineException {
        Accounts.Account account = house.vault().read(sql -> account(sql, id));
        Person person = account.person();
        PasswordRule.check(replacement, house.options().passwordLength(), person.username(), person.email());
        house.checkPassword(account, current, by, "password.refused");
        if (Arrays.equals(current, replacement)) {
            throw new RefusedException("The new password is the old one: choose another.");
        }
        String hash = house.passwords().hash(replacement);
        house.vault().change(sql -> {
            if (!account(sql, id).password().equals(account.password())) {
                throw new RefusedException("The password was changed in the meantime: sign in with that one.");
            }
            house.accounts().password(sql, id, hash, false);
            int ended = sql.run("DELETE FROM session WHERE person = ? AND id <> ?", id, Objects.requireNonNullElse(session, ""));
            house.trail().add(sql, by, "password.change", "person " + person.username(), "", ended + " sessions ended");
        });
    }

    // ---- import ----

    @Override
    public Imported importFrom(Reader csv, Actor by) throws EngineException {
        List<Imported.Row> rows = new ArrayList<>();
        try (Csv file = new Csv(csv)) {
            Csv.Row header = file.next();
            Map<String, Integer> columns = columns(header);
            Map<String, Long> names = new HashMap<>();
            for (Csv.Row row = file.next(); row != null; row = file.next()) {
                if (rows.size() == ROWS) {
                    throw new RefusedException("The file has more than " + ROWS + " rows; the first " + ROWS
                            + " are done: import the rest as another file.");
                }
                try {
                    rows.add(imported(row, header.fields().size(), columns, names, by));
                } finally {
                    row.clear();
                }
            }
        } catch (IOException e) {
            throw new EngineException("The file cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
        }
        Imported imported = new Imported(rows);
        house.vault().change(sql -> house.trail().add(sql, by, "people.import", "accounts", "", imported.count(Imported.State.ADDED) + " added, "
                + imported.count(Imported.State.THERE_ALREADY) + " there already, " + imported.count(Imported.State.BAD) + " bad"));
        return imported;
    }

    private static Map<String, Integer> columns(Csv.Row header) throws RefusedException {
        String wanted = "The first line of the file is " + String.join(",", HEADER) + ", separated by commas, and any attributes more.";
        if (header == null || header.fault() != null) {
            throw new RefusedException(wanted);
        }
        Map<String, Integer> columns = new LinkedHashMap<>();
        for (int i = 0; i < header.fields().size(); i++) {
            String name = header.text(i);
            if (columns.put(name, i) != null) {
                throw new RefusedException("The first line of the file has a column twice. " + wanted);
            }
        }
        if (!columns.keySet().containsAll(HEADER)) {
            throw new RefusedException(wanted);
        }
        // Only now may a word of it be shown: without a header the first line is a row with a password.
        for (String name : columns.keySet()) {
            if (!HEADER.contains(name)) {
                Accounts.attributeName(name);
            }
        }
        return columns;
    }

    private Imported.Row imported(Csv.Row row, int width, Map<String, Integer> columns, Map<String, Long> names, Actor by) throws EngineException {
        if (row.fault() != null) {
            return bad(row, "", row.fault());
        }
        if (row.fields().size() != width) {
            // no field is shown: which one is the password is not certain
            return bad(row, "", "it has " + row.fields().size() + " fields, and the first line has " + width);
        }
        String username = row.text(columns.get("username"));
        if (!Accounts.isUsername(username)) {
            return bad(row, "", "A user name has 1 to 64 characters: the letters a to z, digits, and . _ - @");
        }
        Long before = names.putIfAbsent(Accounts.key(username), row.line());
        if (before != null) {
            return bad(row, username, "the same user name stands on line " + before);
        }
        if (house.vault().read(sql -> house.accounts().named(sql, username)).isPresent()) {
            return new Imported.Row(row.line(), username, Imported.State.THERE_ALREADY, "");
        }
        Map<String, String> attributes = new HashMap<>();
        columns.forEach((name, column) -> {
            if (!HEADER.contains(name)) {
                attributes.put(name, row.text(column));
            }
        });
        try {
            String role = row.text(columns.get("role"));
            house.checkRole(role);
            insert(username, row.text(columns.get("email")), role, attributes, row.fields().get(columns.get("initial_password")), true, by,
                    "person.add");
            return new Imported.Row(row.line(), username, Imported.State.ADDED, "");
        } catch (Passwords.BusyException e) {
            return bad(row, username, "too many people were signing in: import the file again");
        } catch (RefusedException e) {
            return bad(row, username, e.getMessage());
        }
    }

    private static Imported.Row bad(Csv.Row row, String username, String reason) {
        return new Imported.Row(row.line(), username, Imported.State.BAD, reason);
    }

    // ---- links ----

    @Override
    public String setUpLink(Actor by) throws EngineException {
        String secret = Secrets.make();
        house.vault().change(sql -> {
            if (!house.accounts().none(sql)) {
                throw new RefusedException("There are accounts already: sign in, or ask for a reset link.");
            }
            link(sql, secret, SET_UP);
            house.trail().add(sql, by, "set-up.link", "accounts", "", "good for 30 minutes");
        });
        return secret;
    }

    private void link(Sql sql, String secret, long person) throws SQLException {
        sql.run("DELETE FROM link WHERE person = ?", person);
        sql.run("INSERT INTO link VALUES (?, ?, ?)", Secrets.digest(secret), person, house.clock().millis() + LINK.toMillis());
    }

    /** For whom a link is; refused if it is none. */
    private long linked(Sql sql, String secret) throws SQLException, RefusedException {
        if (!Secrets.shaped(secret)) {
            throw new RefusedException(DEAD_LINK);
        }
        return sql.one("SELECT person FROM link WHERE digest = ? AND ends > ?", row -> row.getLong(1), Secrets.digest(secret), house.clock().millis())
                .orElseThrow(() -> new RefusedException(DEAD_LINK));
    }

    private static void use(Sql sql, String secret) throws SQLException {
        sql.run("DELETE FROM link WHERE digest = ?", Secrets.digest(secret));
    }

    @Override
    public Person setUp(String secret, String username, String email, char[] password, Actor by) throws EngineException {
        house.vault().read(sql -> forSetUp(sql, secret));
        String name = Accounts.username(username);
        String mail = Accounts.email(email);
        PasswordRule.check(password, house.options().passwordLength(), name, mail);
        String hash = house.passwords().hash(password);
        // Writes come one after the other: who finds the link and nobody there is the only one.
        return house.vault().write(sql -> {
            forSetUp(sql, secret);
            use(sql, secret);
            Person person = house.accounts().insert(sql, new Accounts.New(name, mail, Viewer.ADMIN, Map.of(), hash, false, false));
            house.trail().add(sql, new Actor(by.kind(), name, by.from(), by.agent()), "set-up", "person " + name, "", "role " + Viewer.ADMIN
                    + ", email " + mail);
            return person;
        });
    }

    private boolean forSetUp(Sql sql, String secret) throws SQLException, RefusedException {
        if (linked(sql, secret) != SET_UP || !house.accounts().none(sql)) {
            throw new RefusedException(DEAD_LINK);
        }
        return true;
    }

    @Override
    public String resetLink(String username, Actor by) throws EngineException {
        String secret = Secrets.make();
        house.vault().change(sql -> {
            Person person = house.accounts().named(sql, username).map(Accounts.Account::person)
                    .orElseThrow(() -> new RefusedException("There is no account '" + Plain.text(username, 64) + "'."));
            if (!person.active()) {
                throw new RefusedException("The account '" + person.username() + "' is not active: an admin can make it so.");
            }
            link(sql, secret, person.id());
            house.trail().add(sql, by, "password.link", "person " + person.username(), "", "good for 30 minutes");
        });
        return secret;
    }

    @Override
    public Person reset(String secret, char[] password, Actor by) throws EngineException {
        Person person = house.vault().read(sql -> forReset(sql, secret));
        PasswordRule.check(password, house.options().passwordLength(), person.username(), person.email());
        String hash = house.passwords().hash(password);
        return house.vault().write(sql -> {
            forReset(sql, secret);
            use(sql, secret);
            house.accounts().password(sql, person.id(), hash, false);
            int ended = sql.run("DELETE FROM session WHERE person = ?", person.id());
            house.pauses().clear(sql, person.username());
            house.trail().add(sql, new Actor(by.kind(), person.username(), by.from(), by.agent()), "password.reset", "person " + person.username(),
                    "", ended + " sessions ended");
            return account(sql, person.id()).person();
        });
    }

    private Person forReset(Sql sql, String secret) throws SQLException, RefusedException {
        long id = linked(sql, secret);
        return house.accounts().byId(sql, id).map(Accounts.Account::person).filter(Person::active).orElseThrow(() -> new RefusedException(DEAD_LINK));
    }

    @Override
    public String passwordRule() {
        return PasswordRule.sentence(house.options().passwordLength());
    }
}
