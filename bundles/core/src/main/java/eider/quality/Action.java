package eider.quality;

import java.util.Locale;

/** What happens to what breaks a rule. */
public enum Action {
    /** The row is loaded, and the load's message says how many broke the rule. */
    WARN,
    /** The row is kept aside; the good older row with its key, if there is one, stays. */
    QUARANTINE,
    /** Nothing of what the source had pushed since its last checkpoint is loaded, and the load fails. */
    FAIL;

    /** As it is written in a rule. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
