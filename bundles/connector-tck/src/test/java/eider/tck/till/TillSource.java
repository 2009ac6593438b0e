package eider.tck.till;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Delivery;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tape;
import eider.connector.Type;
import eider.connector.Webhook;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Reads a till's sales, versions ascending, page by page, and takes its calls. Keeps the contract; what its broken kin changes are the methods that
 * are not private.
 */
@Component(service = Source.class, configurationPid = "till", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TillConfig.class, factory = true)
public class TillSource implements Source, Webhook {
    private static final Pattern SALE = Pattern.compile("\\{\"id\":\"([^\"]*)\",\"version\":(\\d+),\"day\":\"([^\"]*)\",\"kind\":\"(sale|refund)\","
            + "\"product\":\"([^\"]*)\",\"quantity\":(-?\\d+),\"amount\":\"([^\"]*)\",\"gone\":(true|false)\\}");
    private static final Pattern NEXT = Pattern.compile("\\],\"next\":(?:null|\"([^\"]*)\")\\}");
    protected static final Dataset SALES = new Dataset("sales", "What went over the counter.", List.of(
            Field.required("id", Type.TEXT, "Identifies the sale."),
            Field.required("version", Type.INTEGER, "Grows with each change of any sale."),
            Field.of("day", Type.DATE, "The business day."),
            Field.of("kind", Type.TEXT, "Either sale or refund."),
            Field.of("product", Type.TEXT, "What was sold."),
            Field.of("quantity", Type.MONEY, "How many."),
            Field.of("amount", Type.MONEY, "The price of all of them, with tax.")), List.of("id"));

    /** A sale as the till tells it. */
    public record Sale(String id, long version, String day, String kind, String product, long quantity, String amount, boolean gone) {}

    /** An answer of the till; {@code next} is null at the end. */
    public record Page(List<Sale> sales, String next) {}

    protected final TillConfig config;

    @Activate
    public TillSource(TillConfig config) {
        this.config = config;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        if (config.address() == null || !config.address().startsWith("http")) {
            throw new SourceException(Kind.CONFIG, "Option address must be where the till answers, http://… or https://…");
        }
        if (config.api__key() == null || config.api__key().isBlank()) {
            throw new SourceException(Kind.CONFIG, "Option api_key is missing.");
        }
        if (config.page() < 1) {
            throw new SourceException(Kind.CONFIG, "Option page is " + config.page() + " and must be at least 1.");
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            page(client, config.address() + "/sales?since=0&limit=1");
        }
        return List.of(SALES);
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        long since = request.cursor().isNone() ? 0 : Long.parseLong(request.cursor().text());
        try (HttpClient client = HttpClient.newHttpClient()) {
            String next = config.address() + "/sales?since=" + since + "&limit=" + config.page();
            while (next != null) {
                Page page = page(client, next);
                push(page, sink);
                next = page.next;
            }
        }
    }

    protected void push(Page page, Sink sink) throws SourceException, InterruptedException {
        for (Sale sale : page.sales) {
            if (sale.gone) {
                sink.delete(sale.id);
            } else {
                sink.upsert(values(sale));
            }
        }
        if (!page.sales.isEmpty()) {
            sink.checkpoint(new Cursor(Long.toString(page.sales.getLast().version)));
        }
    }

    protected Object[] values(Sale sale) {
        return new Object[] {sale.id, sale.version, LocalDate.parse(sale.day), sale.kind, sale.product, sale.quantity, new BigDecimal(sale.amount)};
    }

    /** As one does who has an HTTP client of his own: what is answered goes onto the tape, if there is one, and comes from it in a replay. */
    protected Page page(HttpClient client, String address) throws SourceException, InterruptedException {
        Tape tape = Tape.current();
        if (tape != null && tape.replays()) {
            try (InputStream body = tape.replay("GET " + address).body()) {
                return parsed(new String(body.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new SourceException(Kind.DATA, "The recording could not be read.", e);
            }
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + config.api__key()).build();
        HttpResponse<String> response;
        try {
            response = send(client, request);
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The till could not be reached, or broke off.", e);
        }
        if (tape != null) {
            record(tape, address, response);
        }
        if (response.statusCode() != 200) {
            throw refused(response);
        }
        return parsed(response.body());
    }

    private void record(Tape tape, String address, HttpResponse<String> response) throws SourceException {
        tape.hide(config.api__key());
        try {
            tape.record("GET " + address, Map.of("status", Integer.toString(response.statusCode())), new ByteArrayInputStream(response.body().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new SourceException(Kind.BUG, "What is in memory can be read.", e);
        }
    }

    protected HttpResponse<String> send(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    protected SourceException refused(HttpResponse<String> response) {
        return switch (response.statusCode()) {
            case 401, 403 -> new SourceException(Kind.AUTH, "The till refused the key. Check option api_key.");
            case 429 -> SourceException.rateLimit("The till asks to wait.", retryAfter(response.headers().firstValue("Retry-After").orElse("0")));
            default -> new SourceException(Kind.TEMPORARY, "The till answered " + response.statusCode() + ".");
        };
    }

    protected Duration retryAfter(String text) {
        return text.matches("\\d+") ? Duration.ofSeconds(Long.parseLong(text))
                : Duration.between(Instant.now(), ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
    }

    protected Page parsed(String body) throws SourceException {
        String begin = "{\"sales\":[";
        List<Sale> sales = new ArrayList<>();
        int at = begin.length();
        Matcher sale = SALE.matcher(body);
        if (body.startsWith(begin)) {
            while (sale.region(at, body.length()).lookingAt()) {
                sales.add(sale(sale));
                at = sale.end();
                at += body.startsWith(",", at) ? 1 : 0;
            }
            Matcher next = NEXT.matcher(body).region(at, body.length());
            if (next.matches()) {
                return new Page(sales, next.group(1));
            }
        }
        throw new SourceException(Kind.DATA, "What the till answered is not to be understood.");
    }

    private static Sale sale(Matcher matcher) {
        return new Sale(matcher.group(1), Long.parseLong(matcher.group(2)), matcher.group(3), matcher.group(4), matcher.group(5),
                Long.parseLong(matcher.group(6)),
                matcher.group(7), matcher.group(8).equals("true"));
    }

    @Override
    public List<Model> models() {
        return List.of(Model.read(TillSource.class, "sales.sql"));
    }

    @Override
    public void receive(Delivery delivery, Effects effects) throws SourceException, InterruptedException {
        recognise(delivery);
        deliver(told(delivery), effects);
    }

    protected void recognise(Delivery delivery) throws SourceException {
        if (config.webhook__secret() == null || config.webhook__secret().isBlank()) {
            throw new SourceException(Kind.CONFIG, "Option webhook_secret is missing: without it nobody can tell who calls.");
        }
        String signature = delivery.header("X-Till-Signature");
        if (signature == null || !MessageDigest.isEqual(signature.getBytes(StandardCharsets.UTF_8), signed(config.webhook__secret(), delivery.body())
                .getBytes(
                StandardCharsets.UTF_8))) {
            throw new SourceException(Kind.AUTH, "A call that the till did not sign was refused.");
        }
    }

    protected Sale told(Delivery delivery) throws SourceException {
        Matcher sale = SALE.matcher(new String(delivery.body(), StandardCharsets.UTF_8));
        if (!sale.matches()) {
            throw new SourceException(Kind.DATA, "What the till sent is not to be understood.");
        }
        return sale(sale);
    }

    protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
        Sink sink = effects.rows(SALES, "version");
        if (sale.gone) {
            sink.delete(sale.id);
        } else {
            sink.upsert(values(sale));
        }
    }

    static String signed(String secret, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
