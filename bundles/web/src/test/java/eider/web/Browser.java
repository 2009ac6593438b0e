package eider.web;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A person's browser, as far as it matters: it keeps cookies, sends forms with the fields that the page gave them, and follows no redirect by itself. */
final class Browser {
    private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([^\"]*)\"");

    final Map<String, String> cookies = new TreeMap<>();
    final Map<String, String> headers = new TreeMap<>();
    private final WebServer server;

    Browser(WebServer server) {
        this.server = server;
    }

    HttpRequest.Builder request(String path) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path)).timeout(java.time.Duration.ofSeconds(20));
        if (!cookies.isEmpty()) {
            request.header("Cookie", String.join("; ", cookies.entrySet().stream().map(cookie -> cookie.getKey() + "=" + cookie.getValue()).toList()));
        }
        headers.forEach(request::header);
        return request;
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        HttpClient client = server.client();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("Set-Cookie")) {
            String pair = cookie.split(";", 2)[0];
            String name = pair.substring(0, pair.indexOf('='));
            if (cookie.contains("Max-Age=0")) {
                cookies.remove(name);
            } else {
                cookies.put(name, pair.substring(pair.indexOf('=') + 1));
            }
        }
        return answer;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    /** Opens a page and posts a form of it: the token that stands there goes along. */
    HttpResponse<String> submit(String page, String action, String... fields) throws IOException, InterruptedException {
        return post(action, formOf(get(page)), fields);
    }

    static String formOf(HttpResponse<String> page) {
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new AssertionError("no form in " + page.statusCode() + " " + page.body());
        }
        return form.group(1);
    }

    /** Posts a form with this token; none where it is null. */
    HttpResponse<String> post(String action, String form, String... fields) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder(form == null ? "" : "form=" + encoded(form));
        for (int i = 0; i < fields.length; i += 2) {
            body.append(body.isEmpty() ? "" : "&").append(encoded(fields[i])).append('=').append(encoded(fields[i + 1]));
        }
        return send(request(action).header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(body.toString())).build());
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    HttpResponse<String> signIn(String name, String password) throws IOException, InterruptedException {
        return submit("/sign-in", "/sign-in", "username", name, "password", password);
    }

    /** The token of forms in pages of this session. */
    String form() throws IOException, InterruptedException {
        return formOf(get("/account"));
    }

    String session() {
        return cookies.get("eider_session");
    }
}
