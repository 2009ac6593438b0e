package eider.web.door;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** What may stand in an address. */
public final class Addresses {
    private static final int LONGEST = 1000;
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");
    /** Different parts of a server read these differently: what one takes for a name is for the other a way around it. */
    private static final Pattern CROOKED = Pattern.compile("//|[;\\\\]|%(2f|5c|2e|3b|25|00)|/\\.{1,2}(/|$)", Pattern.CASE_INSENSITIVE);

    private Addresses() {}

    /** Whether a path, as it was sent, has only one reading. */
    static boolean isPlain(String path) {
        return path != null && path.startsWith("/") && VISIBLE.matcher(path).matches() && !CROOKED.matcher(path).find();
    }

    /**
     * Where to go after signing in: an address of our own, or {@code /} in place of any other.
     *
     * @param to what the link says, whoever made it; may be null
     */
    public static String own(String to) {
        if (to == null || to.length() > LONGEST || !VISIBLE.matcher(to).matches()) {
            return "/";
        }
        int query = to.indexOf('?');
        String path = query < 0 ? to : to.substring(0, query);
        boolean page = isPlain(path) && to.indexOf('\\') < 0 && to.indexOf('#') < 0;
        String lower = path.toLowerCase(Locale.ROOT);
        return page && !lower.startsWith("/sign-") && !lower.startsWith("/api/") && !lower.startsWith("/assets/") ? to : "/";
    }

    /** The address of the sign-in page that leads back to this one. */
    static String signIn(String path, String query) {
        String to = own(query == null ? path : path + "?" + query);
        return to.equals("/") ? "/sign-in" : "/sign-in?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8);
    }
}
