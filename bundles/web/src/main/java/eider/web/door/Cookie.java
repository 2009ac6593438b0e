package eider.web.door;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;

/**
 * The cookies that Eider knows. Scripts cannot read them. Links from a mail or a chat find the reader signed in (SameSite=Lax), which is safe because nothing changes by
 * opening an address. Over https the name is bound to host and encryption ({@code __Host-}), so that no neighbour of the host can plant one.
 */
public enum Cookie {
    /** The secret of a session. */
    SESSION,
    /** Of whoever opened a form without being signed in: its form belongs to this browser. */
    VISIT,
    /** Between password and code. */
    TICKET,
    /** The secret of a set-up link, out of the address. */
    SETUP,
    /** The secret of a link to a new password, out of the address. */
    RESET;

    private static final int LONGEST = 512;

    private String name(boolean secure) {
        return (secure ? "__Host-" : "") + "eider_" + name().toLowerCase(Locale.ROOT);
    }

    /** Its value, as it stands in the header; null where there is none, or several: then somebody planted one. */
    public String read(HttpServletRequest request, Site site) {
        String name = name(site.isSecure(request));
        String value = null;
        for (String header : Collections.list(request.getHeaders("Cookie"))) {
            for (String pair : header.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                    if (value != null) {
                        return null;
                    }
                    value = pair.substring(equals + 1).strip();
                }
            }
        }
        return value == null || value.isEmpty() || value.length() > LONGEST ? null : value;
    }

    /** @param life null: until the browser is closed */
    public void write(HttpServletRequest request, HttpServletResponse response, Site site, String value, Duration life) {
        if (!value.matches("[A-Za-z0-9._~+/=-]{0," + LONGEST + "}")) {
            throw new IllegalArgumentException("this cannot be the value of a cookie");
        }
        boolean secure = site.isSecure(request);
        response.addHeader("Set-Cookie", name(secure) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "")
                + (life == null ? "" : "; Max-Age=" + life.toSeconds()));
    }

    public void clear(HttpServletRequest request, HttpServletResponse response, Site site) {
        write(request, response, site, "", Duration.ZERO);
    }
}
