package eider.people;

import java.time.Instant;
import java.util.Set;

/**
 * Somebody who is signed in, or a program with a token. Nothing in it opens anything.
 *
 * @param id names it in a list; not its secret
 * @param person as the account is now
 * @param token the name of the API token; null for a sign-in
 * @param scopes what a token is limited to, with what the role may do; null for a sign-in
 * @param began when it was opened
 * @param seen when it was used last, to the minute
 * @param ends when it ends at the latest, whatever is done with it
 * @param from the address that it was opened from
 * @param agent what the browser called itself
 */
public record Session(String id, Person person, String token, Set<Permission> scopes, Instant began, Instant seen, Instant ends, String from, String agent) {
    public Session {
        scopes = scopes == null ? null : Set.copyOf(scopes);
    }

    public boolean isToken() {
        return token != null;
    }
}
