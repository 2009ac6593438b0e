package eider.kit.http;

import eider.connector.SourceException;
import eider.connector.Tape;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * One account at one vendor: its address and credentials, how patiently it is asked, and what was learnt about it (how many permits are left,
 * whether the server is down). Make one in the constructor of a source and keep it as long as the source: it opens nothing, and refuses nothing
 * before {@link #open}. All clients that it opens share its {@link Limiter} and its circuit breaker. Any thread may use it.
 */
public final class Account {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** A secret that is empty, be there a word before it. */
    private static final Pattern NOTHING = Pattern.compile("\\s*(?i:bearer|basic|token)?\\s*");

    /** A header, and the option that holds its secret; the option is null if it is none. */
    record Header(String name, String value, String option) {}

    private final Builder is;
    private final Limiter limiter;
    private final Breaker breaker;

    private Account(Builder is) {
        this.is = is;
        this.limiter = is.limiter == null ? Limiter.of(is.time, 10, Duration.ofSeconds(1)) : is.limiter;
        this.breaker = new Breaker(is.time, is.failures, is.pause);
    }

    /**
     * Begins an account.
     *
     * @param vendor what people call the other side: {@code "Stripe"}; begins each message
     * @param address where its API is: {@code https://api.stripe.com/v1}. Plain http is for this machine itself (127.0.0.1, localhost)
     * @param option the option that the address, or a part of it, comes from: the messages name it; null if no option changes it
     */
    public static Builder at(String vendor, String address, String option) {
        return new Builder(vendor, address, option);
    }

    /** What an account is made of; used by one thread. Each method changes it and gives it back. */
    public static final class Builder {
        private final String vendor;
        private final String address;
        private final String option;
        private final List<Header> headers = new ArrayList<>();
        private Limiter limiter;
        private Duration connect = Duration.ofSeconds(10);
        private Duration answer = Duration.ofSeconds(60);
        private long largest = 64L << 20;
        private int attempts = 6;
        private Duration first = Duration.ofMillis(500);
        private Duration longest = Duration.ofSeconds(60);
        private Duration total = Duration.ofMinutes(5);
        private int failures = 10;
        private Duration pause = Duration.ofSeconds(30);
        private Time time = Time.REAL;
        private UnaryOperator<HttpClient.Builder> client = UnaryOperator.identity();

        private Builder(String vendor, String address, String option) {
            this.vendor = Objects.requireNonNull(vendor, "vendor");
            this.address = address == null ? "" : address.strip();
            this.option = option;
            header("User-Agent", "Eider");
            header("Accept", "application/json, */*;q=0.5");
        }

        private Builder(Builder other) {
            this(other.vendor, other.address, other.option);
            headers.clear();
            headers.addAll(other.headers);
            limiter = other.limiter;
            connect = other.connect;
            answer = other.answer;
            largest = other.largest;
            attempts = other.attempts;
            first = other.first;
            longest = other.longest;
            total = other.total;
            failures = other.failures;
            pause = other.pause;
            time = other.time;
            client = other.client;
        }

        /** A header of every call. */
        public Builder header(String name, String value) {
            return put(new Header(name, Objects.requireNonNull(value, "value"), null));
        }

        /**
         * A header of every call whose value shows in no message, log or {@code toString}, also where the vendor repeats it; of {@code Bearer x}
         * and {@code Basic x} neither does {@code x}, nor the password within.
         *
         * @param option the option that holds the secret: the messages name it
         */
        public Builder secret(String name, String value, String option) {
            return put(new Header(name, value == null ? "" : value, Objects.requireNonNull(option, "option")));
        }

        private Builder put(Header header) {
            if (!TOKEN.matcher(header.name()).matches()) {
                throw new IllegalArgumentException("no header may be called '" + header.name() + "'");
            }
            headers.removeIf(other -> other.name().equalsIgnoreCase(header.name()));
            headers.add(header);
            return this;
        }

        /** How fast the account may be asked; ten calls a second unless told. */
        public Builder limiter(Limiter limiter) {
            this.limiter = Objects.requireNonNull(limiter, "limiter");
            return this;
        }

        /**
         * How long a connection may take to come about (10 s unless told), and one try as a whole, from the first byte sent to the last one
         * received (60 s).
         */
        public Builder timeouts(Duration connect, Duration answer) {
            this.connect = positive(connect);
            this.answer = positive(answer);
            return this;
        }

        /** The most bytes that an answer may have; 64 MiB unless told. A larger one is a fault of kind {@code DATA}. */
        public Builder largest(long bytes) {
            this.largest = bytes;
            return this;
        }

        /**
         * How often a call is tried, and how long one waits in between: by chance between nothing and a time that begins with {@code first} and
         * doubles, never less than the vendor asked for.
         *
         * @param attempts 1: never tried again (6 unless told)
         * @param first half a second unless told
         * @param longest no wait is longer (60 s unless told). Where the vendor asks for a longer one the call ends with {@code RATE_LIMIT} and
         *     that wait
         * @param total what all tries and waits of one call may take together (5 min unless told). A wait that would go beyond it is not begun
         */
        public Builder retries(int attempts, Duration first, Duration longest, Duration total) {
            if (attempts < 1) {
                throw new IllegalArgumentException("a call is tried at least once, not " + attempts + " times");
            }
            this.attempts = attempts;
            this.first = positive(first);
            this.longest = positive(longest);
            this.total = positive(total);
            return this;
        }

        /**
         * After so many failed tries in a row (10 unless told), of whichever call, all calls fail at once for {@code pause} (30 s); then one finds
         * out.
         */
        public Builder breaker(int failures, Duration pause) {
            this.failures = failures;
            this.pause = positive(pause);
            return this;
        }

        Builder time(Time time) {
            this.time = time;
            return this;
        }

        /** What only tests change about the client: whose certificates it trusts. */
        Builder client(UnaryOperator<HttpClient.Builder> client) {
            this.client = client;
            return this;
        }

        public Account build() {
            return new Account(new Builder(this));
        }

        private static Duration positive(Duration duration) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("a time must be longer than nothing, not " + duration);
            }
            return duration;
        }

        /** Without the values of headers. */
        @Override
        public String toString() {
            return vendor + " at " + address;
        }
    }

    /**
     * Opens a client. Close it before {@code discover} or {@code read} ends. Opened on the thread that called those, it is recorded and replayed by itself (see {@link Tape});
     * in a replay no secret need be configured.
     *
     * @throws SourceException of kind {@code CONFIG} if the address is none or is not https, or a secret is empty or no header can carry it; names
     *     the option
     */
    public Http open() throws SourceException {
        URI base = base();
        Taping tape = Taping.current();
        for (Header header : is.headers) {
            if (header.option() != null && !tape.replays() && NOTHING.matcher(header.value()).matches()) {
                throw config(header.option(), "it is empty; " + is.vendor + " asks for it.");
            }
            if (!header.value().chars().allMatch(c -> c == '\t' || c >= ' ' && c <= '~')) {
                throw config(header.option() == null ? header.name() : header.option(),
                        "its value holds a line end or another character that no HTTP header can carry. Copy it anew.");
            }
        }
        return new Http(this, base, tape);
    }

    private URI base() throws SourceException {
        URI base;
        try {
            base = new URI(is.address);
        } catch (URISyntaxException e) {
            // Without the cause: it repeats the address, which somebody may have written with a password in it.
            throw config(is.option, "this is no address. Write one like https://api.example.com.");
        }
        if (base.getHost() == null || base.getScheme() == null) {
            throw config(is.option, "'" + is.address + "' is no address with a host. Write one like https://api.example.com.");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw config(is.option, "an address has no user, password, query or fragment here. Write one like https://api.example.com.");
        }
        String scheme = base.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(scheme.equals("http") && Origin.loopback(base.getHost()))) {
            throw config(is.option, "'" + is.address + "' would send credentials in the clear. Write https:// instead.");
        }
        return base;
    }

    private SourceException config(String option, String sentence) {
        return new SourceException(SourceException.Kind.CONFIG, (option == null ? "The address of " + is.vendor : "Option '" + option + "'") + ": "
                + sentence);
    }

    /** What is shared by all clients of the account; a connector tells it what answers say. What is replayed says nothing about the account of today. */
    public Limiter limiter() {
        return Taping.current().replays() ? Limiter.of(is.time, 1, Duration.ofSeconds(1)) : limiter;
    }

    Breaker breaker() {
        return breaker;
    }

    String vendor() {
        return is.vendor;
    }

    /** The option to look at for the address, or null. */
    String addressOption() {
        return is.option;
    }

    List<Header> headers() {
        return is.headers;
    }

    Time time() {
        return is.time;
    }

    Duration connect() {
        return is.connect;
    }

    Duration answer() {
        return is.answer;
    }

    long largest() {
        return is.largest;
    }

    int attempts() {
        return is.attempts;
    }

    Duration total() {
        return is.total;
    }

    Duration longest() {
        return is.longest;
    }

    HttpClient.Builder client(HttpClient.Builder builder) {
        return is.client.apply(builder);
    }

    /** The wait after so many failed attempts: by chance, evenly, between nothing and a time that doubles. */
    Duration backOff(int failed) {
        double most = Math.min(is.longest.toNanos(), is.first.toNanos() * Math.pow(2, failed - 1));
        return Duration.ofNanos((long) (is.time.chance() * most));
    }

    /** What is waited at least where a vendor says "too fast" and not how long to wait. */
    Duration first() {
        return is.first;
    }

    /** Without the values of headers. */
    @Override
    public String toString() {
        return is.toString();
    }
}
