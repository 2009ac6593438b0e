package eider.kit.http;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open client of one {@link Account}. Opened by {@link Account#open} where {@code discover} or {@code read} begins, closed where it ends; any
 * number of threads may {@link #call} at once. Every call waits its turn at the account's {@link Limiter}, is bounded in time and size, and is
 * tried again where that may help. The account's credentials go to the host of its address alone: a redirect to another host, port or scheme is
 * refused before anything is sent.
 *
 * <p>What a call ends with is told by kind:
 * <ul>
 *   <li>{@code AUTH}: 401, 403.
 *   <li>{@code RATE_LIMIT}, with the wait that was asked for: 429, and 503 with {@code Retry-After}, where waiting was too long or did not help;
 *       also where the account's permits would come too late.
 *   <li>{@code TEMPORARY}: other 5xx, 408, 425, no connection, a cut one, no answer in time, and while the circuit breaker is open.
 *   <li>{@code CONFIG}: other 4xx (the server says that it was asked wrongly: mostly by an address, a version or a name in an option), redirects
 *       that are not followed, a certificate that is not trusted.
 *   <li>{@code DATA}: an answer that is too large or in an encoding that was not asked for, a link in an answer that leads elsewhere.
 * </ul>
 *
 * <p>An interrupt ends a call or a wait at once, breaks its connection off, and leaves no thread.
 *
 * <p>Opened within a sync that is recorded, it records every exchange; within one that is replayed, it opens no connection and waits for nothing (see {@link
 * eider.connector.Tape}).
 */
public final class Http implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Http.class);
    private static final int REDIRECTS = 5;
    /** As much of an error's body is read: enough for what the vendor says, whatever the server sends. */
    static final int ERROR_BYTES = 64 << 10;
    private static final int SAID_CHARACTERS = 300;
    private static final Duration PARTING = Duration.ofSeconds(1);
    private static final Pattern UNSAID = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\s]+");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Makes something of an answer, on the thread that called. Run once for each try that brought an answer, so it must take back what an earlier
     * run did; {@link JsonPages#add} does.
     *
     * <p>Here a connector recognises a failure that is told in a 200: it throws {@link SourceException#rateLimit} (Shopify's {@code THROTTLED}) or
     * kind {@code TEMPORARY}, and the call is treated as if the status had said so.
     */
    @FunctionalInterface
    public interface Reader<T> {
        T read(Answer answer) throws IOException, SourceException, InterruptedException;
    }

    /** A failed try. {@code asked} is the wait that the server asked for, null where it did not say; {@code last}: trying again cannot help. */
    private record Failure(SourceException why, Duration asked, boolean last) {}

    /** How a try ended: exactly one of both is there, or a result that is null. */
    private record Outcome<T>(T result, Failure failure) {}

    private final Account account;
    private final URI base;
    private final Taping tape;
    private final ExecutorService threads;
    /** Null where nothing may be asked of anybody. */
    private final HttpClient client;
    private volatile boolean closed;

    Http(Account account, URI base, Taping tape) {
        this.account = account;
        this.base = base;
        this.tape = tape;
        this.threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http " + base.getHost() + " ", 0).factory());
        HttpClient.Builder builder = HttpClient.newBuilder().executor(threads).connectTimeout(account.connect())
                .followRedirects(HttpClient.Redirect.NEVER);
        if (base.getScheme().equalsIgnoreCase("http")) {
            // Otherwise each first request asks a plain server to upgrade to HTTP/2, which some answer with 400.
            builder.version(HttpClient.Version.HTTP_1_1);
        }
        this.client = tape.replays() ? null : account.client(builder).build();
    }

    /**
     * Asks, tries again where that may help, and hands the answer to {@code reader}.
     *
     * @return what the reader returned
     * @throws SourceException as the class says, or what the reader threw; no secret is in it
     * @throws InterruptedException at once when the thread is interrupted
     */
    public <T> T call(Call call, Reader<T> reader) throws SourceException, InterruptedException {
        Map<String, String> headers = headers(call);
        Secrets secrets = secrets(call);
        tape.hide(secrets.values());
        URI target = target(call, secrets);
        Time time = account.time();
        long end = time.nanos() + account.total().toNanos();
        SourceException before = null;
        for (int attempt = 1; ; attempt++) {
            Outcome<T> outcome = attempt(call, target, headers, secrets, reader, Duration.ofNanos(end - time.nanos()), before);
            if (outcome.failure() == null) {
                return outcome.result();
            }
            Failure failure = outcome.failure();
            SourceException why = secrets.without(failure.why());
            boolean limited = why.kind() == Kind.RATE_LIMIT;
            if (before != null && before != why && why.getCause() != before) {
                why.addSuppressed(before);
            }
            Duration wait = account.backOff(attempt);
            if (failure.asked() != null || limited) {
                wait = longer(wait, failure.asked() == null ? account.first() : failure.asked());
            }
            if (limited && !failure.last() && !tape.replays()) {
                // The whole account waits, not only this thread: the others would be refused in the same way.
                account.limiter().hold(wait);
            }
            if (failure.last() || closed || attempt >= account.attempts() || !call.isRepeatable() || wait.compareTo(account.longest()) > 0
                    || wait.toNanos() > end - time.nanos()) {
                throw why;
            }
            LOG.info("{} Trying again in {} ms (try {} of {}).", why.getMessage(), wait.toMillis(), attempt + 1, account.attempts());
            if (!limited && !tape.replays()) {
                time.sleep(wait.toNanos());
            }
            before = why;
        }
    }

    private <T> Outcome<T> attempt(Call call, URI target, Map<String, String> headers, Secrets secrets, Reader<T> reader, Duration left,
            SourceException before) throws InterruptedException {
        if (tape.replays()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while a recording was replayed");
            }
            return exchange(call, target, headers, secrets, reader);
        }
        Duration refused = account.breaker().ask();
        if (refused != null) {
            return recorded(call.method(), target, call.body(), new Failure(new SourceException(Kind.TEMPORARY, account.vendor() + " failed " + account.breaker().inARow()
                    + " times in a row and is left alone for a while. It is tried again "
                    + (refused.isZero() ? "just now." : "at " + CLOCK.format(account.time().now().plus(refused).plusMillis(999)) + "."), before),
                    null, true));
        }
        boolean learnt = false;
        try {
            Duration tooLong = account.limiter().acquire(call.cost(), left);
            if (!tooLong.isZero()) {
                return recorded(call.method(), target, call.body(), new Failure(SourceException.rateLimit("The account at " + account.vendor() + " may not be asked again for "
                        + words(tooLong) + ". Sync again after that, or ask less often.", tooLong), tooLong, true));
            }
            Outcome<T> outcome = exchange(call, target, headers, secrets, reader);
            learnt = true;
            if (closed) {
                account.breaker().unknown();
            } else if (outcome.failure() != null && outcome.failure().why().kind() == Kind.TEMPORARY) {
                account.breaker().failed();
            } else {
                account.breaker().worked();
            }
            return outcome;
        } finally {
            if (!learnt) {
                account.breaker().unknown();
            }
        }
    }

    /** One try: the request, the redirects it is led through, and the reader. */
    private <T> Outcome<T> exchange(Call call, URI target, Map<String, String> headers, Secrets secrets, Reader<T> reader)
            throws InterruptedException {
        long within = System.nanoTime() + (call.within() == null ? account.answer() : call.within()).toNanos();
        URI uri = target;
        String method = call.method();
        byte[] body = call.body();
        for (int redirects = 0; ; redirects++) {
            String place = method + " " + plain(uri);
            try (Spool spool = new Spool()) {
                Taping.Reply response = ask(method, uri, headers, body, call, spool, within);
                int status = response.status();
                if (call.accepts(status)) {
                    return read(response, reader, place);
                }
                if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
                    return new Outcome<>(null, refused(status, response.headers(), spool, place, secrets));
                }
                boolean kept = status == 307 || status == 308;
                URI next = redirected(uri, response.headers().firstValue("location").orElse(null));
                if (next == null || redirects == REDIRECTS || !kept && !method.equals("GET") && status != 303) {
                    return new Outcome<>(null, new Failure(new SourceException(Kind.CONFIG, account.vendor() + " sends " + place + " on to "
                            + (next == null ? "another server or nowhere" : "another place for too long or in a way that loses the request")
                            + " (" + status + "), which is not followed, so that no credential goes astray. "
                            + look(account.addressOption(), "Correct")), null, true));
                }
                if (!kept && !method.equals("GET")) {
                    method = "GET";
                    body = null;
                }
                uri = next;
            } catch (Exchange e) {
                Failure failure = broken(e.getCause(), place, call);
                SourceException clean = secrets.without(failure.why());
                return recorded(method, uri, body, new Failure(clean, failure.asked(), failure.last()));
            } catch (Taping.Recorded e) {
                return new Outcome<>(null, new Failure(e.why(), null, e.last()));
            } catch (SourceException e) {
                return new Outcome<>(null, new Failure(e, null, true));
            } catch (IOException e) {
                return new Outcome<>(null, new Failure(new SourceException(Kind.TEMPORARY, "The answer of " + account.vendor()
                        + " could not be kept on this machine's disk. Make room in its folder for temporary files.", e), null, true));
            }
        }
    }

    private Taping.Reply ask(String method, URI uri, Map<String, String> headers, byte[] body, Call call, Spool spool, long within)
            throws Exchange, Taping.Recorded, SourceException, IOException, InterruptedException {
        if (tape.replays()) {
            try {
                return tape.replay(method, uri, body, call, spool, call.largest() < 0 ? account.largest() : call.largest());
            } catch (Spool.TooLarge | Spool.NotKept e) {
                throw new Exchange(e);
            }
        }
        HttpResponse<Spool> response = send(request(method, uri, headers, body), call, spool, within);
        Taping.Reply reply = new Taping.Reply(response.statusCode(), response.headers(), response.body());
        tape.answered(method, uri, body, reply);
        return reply;
    }

    private <T> Outcome<T> recorded(String method, URI uri, byte[] body, Failure failure) {
        try {
            tape.failed(method, uri, body, failure.why(), failure.last());
        } catch (IOException e) {
            throw new UncheckedIOException("there is no body to be read", e);
        }
        return new Outcome<>(null, failure);
    }

    /** What went wrong between the two machines, as opposed to within this one. */
    private static final class Exchange extends Exception {
        private static final long serialVersionUID = 1L;

        Exchange(Throwable cause) {
            super(cause);
        }
    }

    private HttpResponse<Spool> send(HttpRequest request, Call call, Spool spool, long within) throws Exchange, InterruptedException {
        if (closed) {
            throw new IllegalStateException("the client of " + account.vendor() + " is closed");
        }
        String host = request.uri().getHost();
        waitFor(CompletableFuture.supplyAsync(() -> {
            try {
                if (Origin.linkLocal(host)) {
                    throw new Astray();
                }
                return host;
            } catch (java.net.UnknownHostException e) {
                // A proxy may know it; if there is none, the client says so itself.
                return host;
            }
        }, threads), within);
        return waitFor(client.sendAsync(request, keeping(call, spool, call.largest() < 0 ? account.largest() : call.largest())), within);
    }

    /**
     * What takes the body. Static, for it must not know this client: the JDK's client holds the handler by its connection's timer for as long as it
     * is not collected itself, so a handler that leads back to it keeps both, with the connector's class loader, for ever. UpdateTest saw it on JDK
     * 25.
     */
    private static HttpResponse.BodyHandler<Spool> keeping(Call call, Spool spool, long largest) {
        return info -> {
            boolean good = call.accepts(info.statusCode());
            return spool.limit(good ? largest : ERROR_BYTES, info.headers().firstValueAsLong("content-length").orElse(-1), !good);
        };
    }

    /** The address leads to a place that is nobody's API. */
    private static final class Astray extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static <T> T waitFor(CompletableFuture<T> future, long within) throws Exchange, InterruptedException {
        boolean done = false;
        try {
            T result = future.get(within - System.nanoTime(), TimeUnit.NANOSECONDS);
            done = true;
            return result;
        } catch (ExecutionException e) {
            done = true;
            throw new Exchange(e.getCause());
        } catch (TimeoutException e) {
            throw new Exchange(e);
        } finally {
            if (!done) {
                // On the very future that the client returned: only there does it break the connection off.
                future.cancel(true);
            }
        }
    }

    private <T> Outcome<T> read(Taping.Reply response, Reader<T> reader, String place) throws IOException, InterruptedException {
        String encoding = response.headers().firstValue("content-encoding").orElse("identity").strip();
        if (!encoding.equalsIgnoreCase("identity") && response.body().length() > 0) {
            return new Outcome<>(null, new Failure(new SourceException(Kind.DATA, account.vendor() + " answered " + place
                    + " in an encoding that was not asked for (Content-Encoding). Look whether a proxy in between changes answers."), null, true));
        }
        try {
            return new Outcome<>(reader.read(new Answer(response.status(), response.headers(), response.body())), null);
        } catch (SourceException e) {
            boolean passing = e.kind() == Kind.RATE_LIMIT || e.kind() == Kind.TEMPORARY;
            return new Outcome<>(null, new Failure(e, e.retryAfter().isZero() ? null : e.retryAfter(), !passing));
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while an answer was read");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private Failure refused(int status, HttpHeaders headers, Spool body, String place, Secrets secrets) throws IOException {
        String said = said(body, secrets);
        String what = " (" + status + " at " + place + (said.isEmpty() ? ")" : "): " + said);
        String vendor = account.vendor();
        Duration wait = RetryAfter.parse(headers.firstValue("retry-after").orElse(null), headers.firstValue("date").orElse(null),
                account.time().now());
        if (status == 429 || status == 503 && wait != null) {
            return new Failure(SourceException.rateLimit(vendor + " asks to be asked less often" + end(what)
                    + (wait == null || wait.isZero() ? "" : " It named a wait of " + words(wait) + "."), wait == null ? Duration.ZERO : wait),
                    wait, false);
        }
        if (status >= 500 || status == 408 || status == 425) {
            return new Failure(new SourceException(Kind.TEMPORARY, vendor + " has a fault of its own" + end(what)), wait, false);
        }
        Kind kind = Kind.CONFIG;
        String sentence;
        String key = account.headers().stream().map(Account.Header::option).filter(option -> option != null).findFirst().orElse(null);
        switch (status) {
            case 401 -> {
                kind = Kind.AUTH;
                sentence = vendor + " refused the credentials" + end(what) + " " + look(key, "Renew");
            }
            case 403 -> {
                kind = Kind.AUTH;
                sentence = vendor + " does not allow this with these credentials" + end(what) + " Give them the permission, or "
                        + decapitalised(look(key, "replace"));
            }
            case 404, 410 -> sentence = "There is nothing at " + place.substring(place.indexOf(' ') + 1) + ", says " + vendor + end(what) + " "
                    + look(account.addressOption(), "Check");
            case 407 -> sentence = "The proxy on the way to " + vendor + " wants credentials of its own" + end(what);
            default -> sentence = vendor + " did not accept the request" + end(what) + " Check the options that it is made from.";
        }
        return new Failure(new SourceException(kind, sentence), null, true);
    }

    private Failure broken(Throwable why, String place, Call call) {
        String vendor = account.vendor();
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Spool.TooLarge e -> {
                    return new Failure(new SourceException(Kind.DATA, vendor + " answered " + place + " with more than "
                            + (call.largest() < 0 ? account.largest() : call.largest())
                            + " bytes, which is more than is taken. Ask for smaller pages.", e),
                            null, true);
                }
                case Spool.NotKept e -> {
                    return new Failure(new SourceException(Kind.TEMPORARY, "The answer of " + vendor
                            + " could not be kept on this machine's disk. Make room in its folder for temporary files.", e), null, true);
                }
                case Astray e -> {
                    return new Failure(new SourceException(Kind.CONFIG, "The host of " + place
                            + " is an address of this machine's own network segment "
                            + "(link-local), where no vendor is. " + look(account.addressOption(), "Correct")), null, true);
                }
                case CertPathBuilderException e -> {
                    return untrusted(place, e);
                }
                case CertPathValidatorException e -> {
                    return untrusted(place, e);
                }
                case CertificateException e -> {
                    return untrusted(place, e);
                }
                case HttpConnectTimeoutException e -> {
                    return passing("No connection to " + place + " came about within " + words(account.connect()) + ".", e);
                }
                case TimeoutException e -> {
                    return passing(vendor + " did not answer " + place + " as a whole within "
                            + words(call.within() == null ? account.answer() : call.within())
                            + ".", e);
                }
                case java.nio.channels.UnresolvedAddressException e -> {
                    return unknown(place, e);
                }
                case java.net.UnknownHostException e -> {
                    return unknown(place, e);
                }
                case ConnectException e when !(e.getCause() instanceof java.nio.channels.UnresolvedAddressException) -> {
                    return passing("There is no connection to " + place + ". Look whether " + vendor + " and the network are up.", e);
                }
                default -> { }
            }
        }
        return passing("The connection broke off during " + place + ", before the answer of " + vendor + " was whole.", why);
    }

    private Failure unknown(String place, Exception why) {
        return passing("The host of " + place + " has no address in the network. " + look(account.addressOption(), "Check")
                + " Look whether name resolution works.", why);
    }

    private Failure untrusted(String place, Exception why) {
        return new Failure(new SourceException(Kind.CONFIG, "The certificate of the server at " + place + " is not trusted. "
                + look(account.addressOption(), "Check") + " Add its authority to Java's trust store if it is right.", why), null, true);
    }

    private static Failure passing(String sentence, Throwable why) {
        return new Failure(new SourceException(Kind.TEMPORARY, sentence, why), null, false);
    }

    private HttpRequest request(String method, URI uri, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach((name, value) -> {
            if (body != null || !name.equalsIgnoreCase("Content-Type")) {
                request.setHeader(name, value);
            }
        });
        return request.build();
    }

    /** All headers of a call; a later one takes the place of an earlier one. */
    private Map<String, String> headers(Call call) {
        Map<String, String> headers = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        account.headers().forEach(header -> headers.put(header.name(), header.value()));
        call.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
        call.secrets().forEach(header -> headers.put(header.getKey(), header.getValue()));
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!header.getValue().chars().allMatch(c -> c == '\t' || c >= ' ' && c <= '~')) {
                // The client itself would say so with the value in the message.
                throw new IllegalArgumentException("the value of header '" + header.getKey() + "' holds a character that no header can carry");
            }
        }
        return new LinkedHashMap<>(headers);
    }

    private Secrets secrets(Call call) {
        List<String> values = new ArrayList<>();
        account.headers().stream().filter(header -> header.option() != null).forEach(header -> values.add(header.value()));
        call.secrets().forEach(header -> values.add(header.getValue()));
        return new Secrets(values);
    }

    private URI target(Call call, Secrets secrets) throws SourceException {
        URI target;
        try {
            String place = call.target();
            String below = base.getRawPath() == null ? "" : base.getRawPath();
            target = base.resolve(below.endsWith("/") ? below : below + "/").resolve(URI.create(place)).normalize();
        } catch (IllegalArgumentException e) {
            // Without the cause: it repeats the query.
            throw secrets.without(new SourceException(Kind.DATA, "'" + call + "' is no address that " + account.vendor() + " could be asked at."));
        }
        if (!Origin.same(base, target)) {
            throw secrets.without(new SourceException(Kind.DATA, "An answer of " + account.vendor() + " leads to another server (" + target.getHost()
                    + ") than " + base.getHost() + ". It is not followed, so that no credential goes astray."));
        }
        return target;
    }

    /** Where a redirect leads; null if not to the same server. */
    private static URI redirected(URI from, String location) {
        if (location == null) {
            return null;
        }
        try {
            URI next = from.resolve(URI.create(location.strip()));
            return Origin.same(from, next) ? next : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What the server says about a failure, in one line for people; empty for pages that are for browsers. */
    private static String said(Spool body, Secrets secrets) throws IOException {
        String text;
        try (InputStream in = body.open()) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        // Before it is cut, or half of a secret could stay.
        String line = UNSAID.matcher(secrets.without(text)).replaceAll(" ").strip();
        if (line.startsWith("<")) {
            return "";
        }
        return line.length() > SAID_CHARACTERS ? line.substring(0, SAID_CHARACTERS) + "…" : line;
    }

    /** Without query and fragment, which may hold what is nobody's business. */
    private static String plain(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority() + (uri.getRawPath() == null ? "" : uri.getRawPath());
    }

    private static String end(String sentence) {
        return sentence.endsWith(".") || sentence.endsWith("…") ? sentence : sentence + ".";
    }

    private static String look(String option, String verb) {
        return option == null ? verb + " the address or the credentials that are configured." : verb + " option '" + option + "'.";
    }

    private static String decapitalised(String sentence) {
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static String words(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(10)) < 0) {
            return duration.toMillis() + " ms";
        }
        Duration whole = duration.plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
        return whole.toMinutes() < 10 ? whole.toSeconds() + " s" : whole.toHours() < 10 ? whole.toMinutes() + " min" : whole.toHours() + " h";
    }

    /**
     * Breaks off what is under way and lets go of connections and threads. Takes a second at most, also on an interrupted thread, which stays
     * interrupted.
     */
    @Override
    public void close() {
        closed = true;
        if (client == null) {
            threads.shutdownNow();
            return;
        }
        client.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            boolean ended = client.awaitTermination(PARTING);
            threads.shutdownNow();
            if (!ended || !threads.awaitTermination(PARTING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The client of {} has not ended within {} ms.", account.vendor(), PARTING.toMillis());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            threads.shutdownNow();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return account.toString();
    }
}
