package eider.people;

import java.util.Map;

/**
 * For whom rows are read. What a viewer sees follows from the role and the attributes alone: two viewers with the same of both see the same.
 *
 * @param name the user name; of the operator the name of the account of the operating system
 * @param role {@link #ADMIN}, {@code manager}, {@code user}, one of the operator's own, or {@link #OPERATOR}
 * @param attributes what policies may ask for, such as {@code sales_user_id}; an attribute that is missing or empty lets no row through
 */
public record Viewer(String name, String role, Map<String, String> attributes) {
    /** The role that sees everything and may do everything. */
    public static final String ADMIN = "admin";

    /** Who runs the process: a command at the terminal, a program that embeds Eider. No account can have this role. */
    public static final String OPERATOR = "(operator)";

    public Viewer {
        if (name == null || name.isBlank() || role == null || role.isBlank()) {
            throw new IllegalArgumentException("a viewer has a name and a role");
        }
        attributes = Map.copyOf(attributes);
    }

    public static Viewer operator() {
        return new Viewer(System.getProperty("user.name", "operator"), OPERATOR, Map.of());
    }

    public boolean isOperator() {
        return role.equals(OPERATOR);
    }

    public boolean isAdmin() {
        return role.equals(ADMIN);
    }
}
