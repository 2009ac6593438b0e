package eider;

import eider.engine.EngineException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * At which address the pages listen, from {@code config/web.cfg}. It is read before the framework starts: Jetty takes it from the framework's properties, because configured
 * in any other way it would start twice. What else stands in that file the pages read themselves.
 *
 * @param address of this machine; {@code 0.0.0.0} for all that it has
 */
record Listening(InetAddress address) {
    private static final String FILE = "config/web.cfg: ";
    /** No name is looked up. */
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** @throws EngineException if the file asks for what cannot be, or what is not safe; one sentence says so */
    static Listening of(Map<String, ?> options, boolean demo) throws EngineException {
        InetAddress address = address(text(options, "address"));
        boolean published = !text(options, "public_url").isEmpty();
        if (demo && (!address.isLoopbackAddress() || published)) {
            throw new EngineException(FILE + "a demo serves its own machine only, because everybody knows its passwords. Take address and public_url out of the file.");
        }
        if (!address.isLoopbackAddress() && !published) {
            throw new EngineException(FILE + "with the address " + address.getHostAddress() + " other machines reach Eider, so public_url must say by which address,"
                    + " such as https://eider.example.com.");
        }
        return new Listening(address);
    }

    private static String text(Map<String, ?> options, String name) {
        Object value = options.get(name);
        return value == null ? "" : value.toString().strip();
    }

    private static InetAddress address(String text) throws EngineException {
        String wanted = text.isEmpty() ? "127.0.0.1" : text;
        try {
            if (LITERAL.matcher(wanted).matches()) {
                return InetAddress.getByName(wanted);
            }
        } catch (UnknownHostException e) {
            throw notOne(wanted, e);
        }
        throw notOne(wanted, null);
    }

    private static EngineException notOne(String text, Exception cause) {
        return new EngineException(FILE + "the address '" + text + "' is none. Write 127.0.0.1, 0.0.0.0, or one of this machine's own.", cause);
    }
}
