package eider.identity;

import eider.people.Person;
import eider.people.RefusedException;
import eider.people.Viewer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The rows of accounts, within somebody's transaction, and what their texts must be. */
final class Accounts {
    private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");
    /** Without what separates addresses from each other in the head of a mail. */
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}");
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final int ATTRIBUTES = 50;
    private static final int LONGEST_VALUE = 400;
    private static final String COLUMNS = "SELECT p.id, p.username, p.email, p.role, p.active, p.must_change, p.created, p.last_sign_in, "
            + "p.password, p.demo,"
            + " EXISTS (SELECT 1 FROM factor f WHERE f.person = p.id AND f.confirmed) FROM person p ";

    private final InstantSource clock;

    /** With what nobody else needs to see. @param demo whether it is one of the demo's with the password that everybody knows */
    record Account(Person person, String password, boolean demo) {}

    /** @param email empty for none */
    record New(String username, String email, String role, Map<String, String> attributes, String password, boolean mustChange, boolean demo) {}

    Accounts(InstantSource clock) {
        this.clock = clock;
    }

    static String key(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static boolean isUsername(String text) {
        return text != null && USERNAME.matcher(text).matches();
    }

    /** Letters of other alphabets that look like these would make two people look like one. */
    static String username(String text) throws RefusedException {
        if (!isUsername(text)) {
            throw new RefusedException("A user name has 1 to 64 characters: the letters a to z, digits, and . _ - @");
        }
        return text;
    }

    /** @return empty where none is given */
    static String email(String text) throws RefusedException {
        String email = text == null ? "" : text.strip();
        if (!email.isEmpty() && !EMAIL.matcher(email).matches()) {
            throw new RefusedException("An e-mail address looks like name@example.com, in letters a to z.");
        }
        return email;
    }

    static Map<String, String> attributes(Map<String, String> given) throws RefusedException {
        if (given.size() > ATTRIBUTES) {
            throw new RefusedException("An account has at most " + ATTRIBUTES + " attributes.");
        }
        Map<String, String> attributes = new TreeMap<>();
        for (Map.Entry<String, String> one : given.entrySet()) {
            attributeName(one.getKey());
            String value = one.getValue() == null ? "" : one.getValue().strip();
            if (value.length() > LONGEST_VALUE || !Plain.harmless(value)) {
                throw new RefusedException("The attribute " + one.getKey() + " is too long, or has control characters in it: at most "
                        + LONGEST_VALUE + " characters.");
            }
            // an empty one lets no row through, as one that is missing
            if (!value.isEmpty()) {
                attributes.put(one.getKey(), value);
            }
        }
        return attributes;
    }

    static void attributeName(String name) throws RefusedException {
        if (name == null || !ATTRIBUTE.matcher(name).matches()) {
            throw new RefusedException("'" + Plain.text(name, 40) + "' is no name of an attribute: it begins with a letter and has letters a to z, "
                    + "digits and _ only, such as sales_user_id.");
        }
    }

    boolean none(Sql sql) throws SQLException {
        return sql.one("SELECT 1 FROM person LIMIT 1", row -> 1).isEmpty();
    }

    Optional<Account> named(Sql sql, String username) throws SQLException {
        if (!isUsername(username)) {
            return Optional.empty();
        }
        return whole(sql, sql.one(COLUMNS + "WHERE p.username_key = ?", row -> account(row, Map.of()), key(username)));
    }

    Optional<Account> byId(Sql sql, long id) throws SQLException {
        return whole(sql, sql.one(COLUMNS + "WHERE p.id = ?", row -> account(row, Map.of()), id));
    }

    private static Optional<Account> whole(Sql sql, Optional<Account> bare) throws SQLException {
        if (bare.isEmpty()) {
            return bare;
        }
        Map<String, String> attributes = new HashMap<>();
        sql.list("SELECT name, text FROM attribute WHERE person = ?", row -> attributes.put(row.getString(1), row.getString(2)),
                bare.get().person().id());
        Person p = bare.get().person();
        return Optional.of(new Account(new Person(p.id(), p.username(), p.email(), p.role(), attributes, p.active(), p.mustChange(),
                p.secondFactor(), p.created(), p.lastSignIn()), bare.get().password(), bare.get().demo()));
    }

    List<Person> all(Sql sql) throws SQLException {
        Map<Long, Map<String, String>> attributes = new HashMap<>();
        sql.list("SELECT person, name, text FROM attribute",
                row -> attributes.computeIfAbsent(row.getLong(1), id -> new HashMap<>()).put(row.getString(2), row.getString(3)));
        return new ArrayList<>(sql.list(COLUMNS + "ORDER BY p.username_key",
                row -> account(row, attributes.getOrDefault(row.getLong(1), Map.of())).person()));
    }

    private static Account account(ResultSet row, Map<String, String> attributes) throws SQLException {
        long last = row.getLong(8);
        Instant lastSignIn = row.wasNull() ? null : Instant.ofEpochMilli(last);
        return new Account(new Person(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), attributes, row.getBoolean(5),
                row.getBoolean(6), row.getBoolean(11), Instant.ofEpochMilli(row.getLong(7)), lastSignIn), row.getString(9), row.getBoolean(10));
    }

    /** Whether another account has this user name or e-mail address; a user name that is another's e-mail address would pass for that one. */
    boolean taken(Sql sql, String username, String email, long except) throws SQLException {
        String mail = email.isEmpty() ? key(username) : key(email);
        return sql.number("SELECT count(*) FROM person WHERE id <> ? AND (username_key IN (?, ?) OR email_key IN (?, ?))", except, key(username),
                mail, key(username), mail) > 0;
    }

    Person insert(Sql sql, New account) throws SQLException {
        long id = sql.insert("INSERT INTO person (username, username_key, email, email_key, role, active, must_change, demo, password, created)"
                + " VALUES (?, ?, ?, ?, ?, TRUE, ?, ?, ?, ?)", account.username(), key(account.username()), account.email(),
                mailKey(account.email()), account.role(), account.mustChange(), account.demo(), account.password(), clock.millis());
        attributes(sql, id, account.attributes());
        return byId(sql, id).orElseThrow().person();
    }

    void attributes(Sql sql, long id, Map<String, String> attributes) throws SQLException {
        sql.run("DELETE FROM attribute WHERE person = ?", id);
        for (Map.Entry<String, String> one : attributes.entrySet()) {
            sql.run("INSERT INTO attribute VALUES (?, ?, ?)", id, one.getKey(), one.getValue());
        }
    }

    static String mailKey(String email) {
        return email.isEmpty() ? null : key(email);
    }

    /** Whether there is another active admin than this one. */
    boolean anotherAdmin(Sql sql, long id) throws SQLException {
        return sql.number("SELECT count(*) FROM person WHERE role = ? AND active AND id <> ?", Viewer.ADMIN, id) > 0;
    }

    void password(Sql sql, long id, String hash, boolean mustChange) throws SQLException {
        sql.run("UPDATE person SET password = ?, must_change = ?, demo = FALSE WHERE id = ?", hash, mustChange, id);
        // whoever had begun with the old one, or had a link, begins again
        sql.run("DELETE FROM ticket WHERE person = ?", id);
        sql.run("DELETE FROM link WHERE person = ?", id);
    }
}
