package eider.engine;

import java.time.Instant;

/**
 * A jar in a drop folder.
 *
 * @param file its name, as it lies in the folder; {@code drivers/NAME.jar} for the jar of a JDBC driver
 * @param name its symbolic name; empty if it has none or could not be read
 * @param version its version; empty if it could not be read
 * @param sha256 of its bytes, in hex; empty if it could not be read
 * @param state whether it serves
 * @param reason in words why it does not, and what to do; empty if it does
 * @param since when it came into this state
 */
public record Plugin(String file, String name, String version, String sha256, State state, String reason, Instant since) {
    public enum State {
        /** Its components can be used; the jar of a driver can be used by who is told of it. */
        SERVING,
        /** It is sound, but a jar with the same name and a higher version serves. */
        SUPERSEDED,
        /** It is a sound bundle, but one of its components failed; the reason names it. */
        FAILED,
        /** It was not taken in. */
        REFUSED
    }
}
