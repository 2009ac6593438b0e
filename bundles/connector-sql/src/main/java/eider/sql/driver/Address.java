package eider.sql.driver;

import eider.connector.SourceException;
import eider.kit.Options;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a driver calls a URL, with places for what a connection says. Those who write a connection choose words inside of a place and never the
 * address around it: a word has only characters that mean nothing in any address.
 *
 * @param path whether several names with slashes between them may stand for the database
 */
record Address(String template, boolean path) {
    private static final String HOST = "{host}";
    private static final String PORT = "{port}";
    private static final String DATABASE = "{database}";
    private static final List<String> PLACES = List.of(HOST, PORT, DATABASE);
    private static final int LONGEST = 255;
    /** Where a connection has to say something and there is nothing to say. */
    static final String NONE = "-";

    /** @throws SourceException naming option {@code url} if the template is none */
    static Address of(String template, boolean path) throws SourceException {
        if (!template.startsWith("jdbc:") || template.length() == "jdbc:".length()) {
            throw Options.wrong("url", "it does not begin with jdbc: and what stands behind that in the driver's handbook.");
        }
        if (template.chars().anyMatch(Character::isISOControl)) {
            throw Options.wrong("url", "it holds a character that nobody sees.");
        }
        String rest = template;
        for (String place : PLACES) {
            rest = rest.replace(place, "");
        }
        if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            throw Options.wrong("url", "a curly bracket stands only in {host}, {port} and {database}.");
        }
        return new Address(template, path);
    }

    boolean wantsHost() {
        return template.contains(HOST);
    }

    boolean wantsPort() {
        return template.contains(PORT);
    }

    boolean wantsDatabase() {
        return template.contains(DATABASE);
    }

    /**
     * The address of one connection.
     *
     * @param port not asked for if the template has no place for it
     * @throws SourceException of kind CONFIG, naming the option whose value cannot stand in an address, or which is missing, or has no place
     */
    String of(String host, int port, String database) throws SourceException {
        String server = field("host", host, wantsHost());
        String name = field("database", database, wantsDatabase());
        if (wantsHost()) {
            server = checkedHost(server);
        }
        if (wantsDatabase()) {
            checkDatabase(name);
        }
        if (wantsPort() && (port < 1 || port > 65_535)) {
            throw Options.wrong("port", "it is missing; the driver's address has a place for it.");
        }
        // In one pass: what was filled in is not looked at again.
        StringBuilder address = new StringBuilder();
        for (int at = 0; at < template.length(); ) {
            if (template.startsWith(HOST, at)) {
                address.append(server);
                at += HOST.length();
            } else if (template.startsWith(PORT, at)) {
                address.append(port);
                at += PORT.length();
            } else if (template.startsWith(DATABASE, at)) {
                address.append(name);
                at += DATABASE.length();
            } else {
                address.append(template.charAt(at++));
            }
        }
        return address.toString();
    }

    private static String field(String option, String value, boolean wanted) throws SourceException {
        String text = value == null ? "" : value.strip();
        if (text.isEmpty() && wanted) {
            throw Options.wrong(option, "it is missing.");
        }
        if (!text.isEmpty() && !text.equals(NONE) && !wanted) {
            throw Options.wrong(option, "the address of this driver has no place for it; write " + NONE + ".");
        }
        if (text.length() > LONGEST) {
            throw Options.wrong(option, "'" + text.substring(0, 40) + "…' is longer than " + LONGEST + " characters.");
        }
        return text;
    }

    /** A name or an address of numbers; one of version 6 comes in the square brackets without which its colons would be something else. */
    private static String checkedHost(String text) throws SourceException {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (host.indexOf(':') >= 0) {
            return "[" + version6(host) + "]";
        }
        if (host != text) {
            throw Options.wrong("host", "square brackets are for addresses with colons.");
        }
        check("host", host, ".-_");
        return host;
    }

    private static String version6(String host) throws SourceException {
        for (int i = 0; i < host.length(); i++) {
            if ("0123456789abcdefABCDEF:.".indexOf(host.charAt(i)) < 0) {
                throw Options.wrong("host", told(host.codePointAt(i)) + " cannot stand in the name or address of a server; the port has an option of "
                        + "its own.");
            }
        }
        UnknownHostException unknown = null;
        try {
            // Only digits and colons: nothing is looked up.
            if (host.chars().filter(c -> c == ':').count() > 1 && InetAddress.getByName("[" + host + "]") instanceof Inet6Address) {
                return host;
            }
        } catch (UnknownHostException e) {
            unknown = e;
        }
        throw new SourceException(SourceException.Kind.CONFIG, "Option 'host': '" + host
                + "' is no address of a server; the port has an option of its own.", unknown);
    }

    private void checkDatabase(String database) throws SourceException {
        if (!path) {
            check("database", database, ".-_$");
            return;
        }
        List<String> names = new ArrayList<>(List.of(database.split("/", -1)));
        for (String name : names) {
            if (name.isEmpty()) {
                throw Options.wrong("database", "it is a path of names with one slash between each two.");
            }
            check("database", name, ".-_$");
        }
    }

    private static void check(String option, String word, String marks) throws SourceException {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && marks.indexOf(c) < 0) {
                throw Options.wrong(option, told(word.codePointAt(i)) + " cannot stand there; letters without accents, digits and " + marks
                        + " can. What is really called so has to be written into the address of the driver's file.");
            }
        }
        char first = word.charAt(0);
        if (first == '.' || first == '-' || word.contains("..")) {
            throw Options.wrong(option, "it begins with a letter, a digit, a _ or a $, and has no two points in a row.");
        }
    }

    private static String told(int c) {
        boolean unseen = Character.isISOControl(c) || Character.isWhitespace(c) || Character.getType(c) == Character.FORMAT;
        return unseen ? String.format("the character U+%04X", c) : "'" + Character.toString(c) + "'";
    }
}
