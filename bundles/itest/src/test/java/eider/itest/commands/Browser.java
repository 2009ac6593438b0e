package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody's browser without a screen: keeps cookies, follows redirects, sends forms as the pages have them. */
public final class Browser implements AutoCloseable {
    public static final String PASSWORD = "an otter on a bicycle";
    private static final Pattern TOKEN = Pattern.compile("name=\"form\" value=\"([^\"]*)\"");
    private final CookieManager cookies = new CookieManager();
    private final HttpClient client = HttpClient.newBuilder().cookieHandler(cookies).followRedirects(Redirect.NORMAL).build();

    public HttpResponse<String> open(URI address) throws Exception {
        return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Opens a page and sends the form in it. */
    public HttpResponse<String> fill(URI address, String... fields) throws Exception {
        HttpResponse<String> page = open(address);
        Matcher token = TOKEN.matcher(page.body());
        assertThat(token.find()).as("a form in %d %s", page.statusCode(), page.body()).isTrue();
        StringBuilder body = new StringBuilder("form=" + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8));
        for (int i = 0; i < fields.length; i += 2) {
            body.append('&').append(fields[i]).append('=').append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return client.send(HttpRequest.newBuilder(page.uri().resolve(page.uri().getPath())).header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Makes the first account by the link to it, and is signed in by that. */
    public void makeAccount(URI link, String name) throws Exception {
        HttpResponse<String> made = fill(link, "username", name, "email", name + "@example.com", "password", PASSWORD, "repeated", PASSWORD);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(session()).isNotEmpty();
    }

    public void signIn(URI server, String name, String password) throws Exception {
        HttpResponse<String> in = fill(server.resolve("/sign-in"), "username", name, "password", password);
        assertThat(in.statusCode()).as(in.body()).isEqualTo(200);
        assertThat(session()).isNotEmpty();
    }

    /** What the server gave it to be known by. */
    public String session() {
        return cookies.getCookieStore().getCookies().stream().filter(cookie -> cookie.getName().equals("eider_session")).map(HttpCookie::getValue).findFirst().orElse("");
    }

    @Override
    public void close() {
        client.close();
    }
}
