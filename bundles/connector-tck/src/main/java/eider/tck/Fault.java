package eider.tck;

import java.util.Objects;

/**
 * An option with a value that a connection must refuse.
 *
 * @param option the option, as it is called in a configuration file
 * @param value what stands there instead of the right value
 */
public record Fault(String option, String value) {
    public Fault {
        Objects.requireNonNull(option, "option");
        Objects.requireNonNull(value, "value");
    }
}
