package eider.bench;

import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the first account of a home by the link that Eider prints, as a person with a browser would, and stays signed in. */
final class FirstAccount {
    private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([^\"]+)\"");
    private static final String PASSWORD = "nobody guesses four such words";
    private static final String SESSION = "eider_session";

    private FirstAccount() {}

    /** @return the cookie by which pages are served from now on */
    static String make(URI link) throws IOException, InterruptedException {
        CookieManager cookies = new CookieManager();
        try (HttpClient client = HttpClient.newBuilder().cookieHandler(cookies).followRedirects(HttpClient.Redirect.NORMAL).build()) {
            HttpResponse<String> page = client.send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofString());
            Matcher form = FORM.matcher(page.body());
            if (!form.find()) {
                throw new IOException("the link to the first account did not open: " + page.statusCode());
            }
            String password = URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8);
            HttpResponse<String> made = client.send(HttpRequest.newBuilder(link.resolve("/set-up")).header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("form=" + form.group(1) + "&username=bench&email=&password=" + password + "&repeated=" + password)).build(),
                    HttpResponse.BodyHandlers.ofString());
            return SESSION + "=" + cookies.getCookieStore().getCookies().stream().filter(cookie -> cookie.getName().equals(SESSION)).map(HttpCookie::getValue).findFirst()
                    .orElseThrow(() -> new IOException("the first account was refused: " + made.statusCode()));
        }
    }
}
