package eider.itest.people;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody's browser: keeps cookies, follows redirects, fills in forms. */
public final class Browser implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"form\" value=\"([^\"]*)\"");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String address;
    private final HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).followRedirects(Redirect.NORMAL).build();

    /** @param address of the server, without a slash at its end */
    public Browser(String address) {
        this.address = address;
    }

    public HttpResponse<String> open(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create(path.startsWith("http") ? path : address + path);
    }

    /** Opens a page and sends the first form in it, with these fields and their values. */
    public HttpResponse<String> fill(String path, String... fields) throws Exception {
        HttpResponse<String> page = open(path);
        StringBuilder body = new StringBuilder("form=" + encoded(token(page)));
        for (int i = 0; i < fields.length; i += 2) {
            body.append('&').append(fields[i]).append('=').append(encoded(fields[i + 1]));
        }
        URI there = page.uri().resolve(page.uri().getPath());
        return client.send(HttpRequest.newBuilder(there).header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String token(HttpResponse<String> page) {
        Matcher token = TOKEN.matcher(page.body());
        assertThat(token.find()).as("a form in %d %s", page.statusCode(), page.body()).isTrue();
        return token.group(1);
    }

    /** Signs in, and where somebody else chose the password, changes it to the same with an exclamation mark. */
    public Browser signIn(String username, String password) throws Exception {
        HttpResponse<String> page = fill("/sign-in", "username", username, "password", password);
        if (page.uri().getPath().equals("/change-password")) {
            page = fill("/change-password", "current", password, "password", password + "!", "repeated", password + "!");
        }
        assertThat(page.uri().getPath()).as(page.body()).isIn("/", "/account");
        return this;
    }

    /** What the API answers to a GET. */
    public JsonNode api(String path) throws Exception {
        return MAPPER.readTree(open(path).body());
    }

    /** What the API answers to SQL of one's own. */
    public JsonNode query(String sql, int seconds) throws Exception {
        return MAPPER.readTree(client.send(HttpRequest.newBuilder(uri("/api/v1/query")).header("Content-Type", "application/json")
                .header("X-Eider-Form", token(open("/account")))
                .POST(HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(Map.of("sql", sql, "seconds", seconds)))).build(),
                HttpResponse.BodyHandlers.ofString()).body());
    }

    @Override
    public void close() {
        client.close();
    }
}
