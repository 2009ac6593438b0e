package eider.people;

import eider.engine.EngineException;
import java.io.Reader;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The accounts. Any thread. Each change stands in the audit trail once the method returns, written in the same transaction. Passwords are {@code char[]} that the caller
 * clears; none is kept, printed or logged.
 */
public interface People {

    /** Whether there is no account yet: then only {@link #setUpLink} leads in. */
    boolean none();

    /** By user name. */
    List<Person> all();

    Optional<Person> person(long id);

    /** Without regard to case. */
    Optional<Person> named(String username);

    /**
     * Changes what an admin may change. The last active admin stays one. A change of role, attributes or activity holds from the next request on; one that is no longer
     * active has no sessions and no tokens any more.
     */
    Person change(long id, Change change, Actor by) throws EngineException;

    /**
     * What shall be otherwise; null for what stays.
     *
     * @param attributes all of them, as they shall be then
     */
    record Change(String email, String role, Map<String, String> attributes, Boolean active) {}

    /**
     * Makes an account that somebody else asked for; the person is asked for a new password at the first sign-in.
     *
     * @param role one of {@link Policies#roles}
     */
    Person add(String username, String email, String role, Map<String, String> attributes, char[] password, Actor by) throws EngineException;

    /** Whether people may make an account by themselves; {@code registration} of {@code config/people.cfg}, off by default. */
    boolean registrationOpen();

    /** Makes an account of one's own, with the least role and no attributes: it sees no rows until an admin gives it some. */
    Person register(String username, String email, char[] password, Actor by) throws EngineException;

    /** For the page of one's own account. Ends all sessions of the person but {@code session}, which may be null. */
    void changePassword(long id, char[] current, char[] replacement, String session, Actor by) throws EngineException;

    /**
     * Reads a CSV file with the header {@code username,email,role,initial_password}, and any columns more, which are attributes. Who is there already is left as he is.
     *
     * @return what became of each row, in the order of the file; a bad row keeps nothing out but itself
     */
    Imported importFrom(Reader csv, Actor by) throws EngineException;

    /** @param rows one for each row of the file */
    record Imported(List<Row> rows) {
        public Imported {
            rows = List.copyOf(rows);
        }

        public enum State { ADDED, THERE_ALREADY, BAD }

        /**
         * @param line in the file, from 1; the header is line 1
         * @param reason why it is bad; empty otherwise. Never holds a password.
         */
        public record Row(long line, String username, State state, String reason) {}

        public long count(State state) {
            return rows.stream().filter(row -> row.state() == state).count();
        }
    }

    /**
     * The secret of a link by which the first admin makes an account: 30 minutes, once, and dead as soon as there is any account. A new one ends the one before.
     *
     * @throws EngineException if there is an account already
     */
    String setUpLink(Actor by) throws EngineException;

    /** Makes the first admin. Of several who try at the same moment, one is let in. */
    Person setUp(String secret, String username, String email, char[] password, Actor by) throws EngineException;

    /** The secret of a link by which a person sets a new password: 30 minutes, once. A new one ends the one before. The old password stays until then. */
    String resetLink(String username, Actor by) throws EngineException;

    /** Sets the password by such a link, and ends all sessions of the person. A second factor stays. */
    Person reset(String secret, char[] password, Actor by) throws EngineException;

    /** What a new password must be, one sentence. */
    String passwordRule();
}
