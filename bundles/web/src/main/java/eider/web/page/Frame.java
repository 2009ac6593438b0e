package eider.web.page;

import eider.people.Permission;
import eider.people.Person;
import eider.web.door.Visitor;
import java.util.Locale;

/**
 * What stands around every page.
 *
 * @param demo whether to say that the data is made up
 * @param home where the data is; shown to those who operate it
 * @param visitor who looks; a stranger on the pages that lead in
 * @param form the token that every form of this page carries
 * @param path of the page itself: which entry of the menu is the current one
 */
public record Frame(String version, boolean demo, boolean inMemory, String home, Visitor visitor, String form, String path) {

    public Person person() {
        return visitor.session().person();
    }

    public boolean isStranger() {
        return visitor.isStranger();
    }

    public boolean operates() {
        return visitor.may(Permission.OPERATE);
    }

    public boolean keepsPeople() {
        return visitor.may(Permission.PEOPLE);
    }

    public boolean reads() {
        return visitor.may(Permission.AUDIT);
    }

    /** For {@code aria-current}: null, so that there is none, on other pages. */
    public String current(String entry) {
        return path.equals(entry) || !entry.equals("/") && path.startsWith(entry + "/") ? "page" : null;
    }

    /** What stands in the round picture of a person. */
    public static String initial(String name) {
        return name.substring(0, name.offsetByCodePoints(0, 1)).toUpperCase(Locale.ROOT);
    }

    /** The look of a role's badge; roles of the operator's own look like users. */
    public static String badge(String role) {
        return role.equals("admin") || role.equals("manager") ? role : "user";
    }

    /** What a browser calls itself, in a few words: by the names that real ones use, which anybody can use too. */
    public static String browser(String agent) {
        String browser = agent.contains("Edg/") ? "Edge" : agent.contains("Firefox/") ? "Firefox" : agent.contains("Chrome/") ? "Chrome"
                : agent.contains("Safari/") ? "Safari" : "";
        String system = agent.contains("Windows") ? "Windows" : agent.contains("Android") ? "Android" : agent.contains("iPhone") || agent.contains("iPad") ? "iOS"
                : agent.contains("Mac OS X") ? "macOS" : agent.contains("Linux") ? "Linux" : "";
        if (browser.isEmpty()) {
            return agent.isEmpty() ? "unknown" : agent.length() > 40 ? agent.substring(0, 40) + "…" : agent;
        }
        return system.isEmpty() ? browser : browser + " on " + system;
    }
}
