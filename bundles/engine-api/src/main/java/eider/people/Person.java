package eider.people;

import java.time.Instant;
import java.util.Map;

/**
 * An account. Nothing in it is secret.
 *
 * @param id never used again for another
 * @param username unique without regard to case; letters, digits and {@code . _ - @}, at most 64
 * @param email empty where none is known; unique without regard to case
 * @param attributes what policies ask for, set by an admin, an import or a directory, never by the person
 * @param mustChange whether the password must be changed before anything else
 * @param secondFactor whether signing in asks for a code as well
 * @param created what pages call "member since"
 * @param lastSignIn null if never
 */
public record Person(long id, String username, String email, String role, Map<String, String> attributes, boolean active, boolean mustChange, boolean secondFactor,
        Instant created, Instant lastSignIn) {
    public Person {
        attributes = Map.copyOf(attributes);
    }

    public Viewer viewer() {
        return new Viewer(username, role, attributes);
    }
}
