package eider.engine;

/**
 * What came of one rule in one load.
 *
 * @param rule as it can be written in {@code config/}, without its action; one of a canonical table has the table before it: {@code sales: date required}
 * @param action {@code warn}, {@code quarantine} or {@code fail}
 * @param checked how many rows it was about
 * @param broken how many of them broke it; for a rule about the whole load 1 or 0
 * @param example what broke it, as a sentence; empty where nothing did
 */
public record RuleCheck(String rule, String action, long checked, long broken, String example) {}
