package eider.people;

import eider.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who is in. Any thread. Secrets (of sessions, tokens, tickets) are handed out once and kept as digests only; a wrong one is simply not known. Whether a user name exists
 * cannot be told from any answer, nor from how long it takes.
 */
public interface SignIns {

    /** What came of trying. */
    sealed interface Outcome {
        /** @param secret what the browser shall send back from now on */
        record In(Session session, String secret) implements Outcome {}

        /** The password is right, and a code is asked for. @param ticket to give to {@link #code}; good for five minutes and five tries */
        record CodeWanted(String ticket) implements Outcome {}

        /**
         * @param sentence for the person; the same for an unknown name, a wrong password and an account that is not active
         * @param pause how long nothing will be tried for this name or address, however right; zero where one may try at once
         */
        record Refused(String sentence, Duration pause) implements Outcome {}
    }

    /** Tries a password. After failures the next try is let through only after a delay that doubles, for the name and, less strictly, for the address. */
    Outcome signIn(String username, char[] password, Actor from) throws EngineException;

    /** The second step: a code of the authenticator, each good once, or one of the recovery codes, each good once. */
    Outcome code(String ticket, String code, Actor from) throws EngineException;

    /** The session that a secret opens, used now. Empty if it is none, has been idle or open too long, was ended, or its person is not active any more. */
    Optional<Session> session(String secret);

    /** The same for an API token. */
    Optional<Session> token(String secret);

    void signOut(String secret, Actor by) throws EngineException;

    /** Of a person, those that are open, the newest first; tokens are not among them. */
    List<Session> sessions(long person);

    /** Ends one of them. */
    void end(long person, String session, Actor by) throws EngineException;

    /** Those of a person, the newest first; ended ones are not among them. */
    List<Token> tokens(long person);

    /** @param used when it was used last, to the minute; null if never */
    record Token(String id, String name, Set<Permission> scopes, Instant created, Instant ends, Instant used) {
        public Token {
            scopes = Set.copyOf(scopes);
        }
    }

    /** @param secret shown once */
    record NewToken(Token token, String secret) {}

    /**
     * Makes an API token. It may never do more than its person may.
     *
     * @param life at most a year
     */
    NewToken newToken(long person, String name, Set<Permission> scopes, Duration life, Actor by) throws EngineException;

    void endToken(long person, String token, Actor by) throws EngineException;

    /** Begins to set up a second factor; nothing changes until {@link #confirmSecondFactor}. */
    SecondFactor secondFactor(long person) throws EngineException;

    /** @param secret in base 32, to type in; @param address {@code otpauth://totp/…}, to show as a picture */
    record SecondFactor(String secret, String address) {}

    /** @param code shows that the authenticator has it. @return recovery codes, shown once */
    List<String> confirmSecondFactor(long person, String code, Actor by) throws EngineException;

    /** By the person with the password, or by an admin without (null). */
    void removeSecondFactor(long person, char[] password, Actor by) throws EngineException;
}
