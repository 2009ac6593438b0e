package eider.people;

/**
 * Who does something, and from where: what stands in the audit trail.
 *
 * @param kind tells a person {@code root} from the operating system's account {@code root}
 * @param name the user name, or that of the operating system's account
 * @param from the address that the request came from, {@code terminal} for a command, {@code eider} for what happens by itself
 * @param agent what the browser calls itself, at most 200 characters; empty where there is none
 */
public record Actor(Kind kind, String name, String from, String agent) {
    private static final int LONGEST_AGENT = 200;

    public enum Kind {
        /** Somebody who signed in, or tries to. */
        PERSON,
        /** A program with an API token of the person {@code name}. */
        TOKEN,
        /** Who runs the process. */
        OPERATOR,
        /** Eider itself: a schedule, a time-out. */
        EIDER
    }

    public static final Actor EIDER = new Actor(Kind.EIDER, "eider", "eider", "");

    public Actor {
        agent = agent == null ? "" : agent.length() > LONGEST_AGENT ? agent.substring(0, LONGEST_AGENT) : agent;
    }

    public static Actor operator(String account) {
        return new Actor(Kind.OPERATOR, account, "terminal", "");
    }

    public static Actor person(String name, String from, String agent) {
        return new Actor(Kind.PERSON, name, from, agent);
    }
}
