package eider.tck.broken;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Delivery;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tape;
import eider.tck.till.TillConfig;
import eider.tck.till.TillSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Till sources that break one clause each. */
public final class Tills {
    private Tills() {}

    // S5 and S6: the network

    /** Waits for answers in a way that nobody can interrupt. */
    public static class Stolid extends TillSource {
        public Stolid(TillConfig config) {
            super(config);
        }

        @Override
        protected HttpResponse<String> send(HttpClient client, HttpRequest request) throws IOException {
            try {
                return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).orTimeout(5, java.util.concurrent.TimeUnit.SECONDS).join();
            } catch (CompletionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    /** Takes a key that is refused for a server that is down. */
    public static class Hopeful extends TillSource {
        public Hopeful(TillConfig config) {
            super(config);
        }

        @Override
        protected SourceException refused(HttpResponse<String> response) {
            return response.statusCode() == 401 ? new SourceException(Kind.TEMPORARY, "The till answered 401.") : super.refused(response);
        }
    }

    /** Knows Retry-After in seconds alone. */
    public static class Hasty extends TillSource {
        public Hasty(TillConfig config) {
            super(config);
        }

        @Override
        protected Duration retryAfter(String text) {
            return text.matches("\\d+") ? super.retryAfter(text) : Duration.ZERO;
        }
    }

    /** Takes a page that does not come for the last one. */
    public static class Content extends TillSource {
        public Content(TillConfig config) {
            super(config);
        }

        @Override
        protected Page page(HttpClient client, String address) throws SourceException, InterruptedException {
            try {
                return super.page(client, address);
            } catch (SourceException e) {
                if (e.kind() == Kind.TEMPORARY && !address.endsWith("limit=1")) {
                    return new Page(List.of(), null);
                }
                throw e;
            }
        }
    }

    /** Believes that what comes is JSON. */
    public static class Trusting extends TillSource {
        public Trusting(TillConfig config) {
            super(config);
        }

        @Override
        protected Page parsed(String body) throws SourceException {
            try {
                return super.parsed(body);
            } catch (SourceException e) {
                throw new IllegalStateException("unexpected end of JSON", e);
            }
        }
    }

    /** Knows of no tape. */
    public static class Untaped extends TillSource {
        public Untaped(TillConfig config) {
            super(config);
        }

        @Override
        protected Page page(HttpClient client, String address) throws SourceException, InterruptedException {
            try {
                HttpResponse<String> response = send(client, HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + config.api__key()).build());
                return parsed(response.body());
            } catch (IOException e) {
                throw new SourceException(Kind.TEMPORARY, "The till could not be reached.", e);
            }
        }
    }

    /** Records, and goes out to the network when it is replayed. */
    public static class Reaching extends Untaped {
        public Reaching(TillConfig config) {
            super(config);
        }

        @Override
        protected Page page(HttpClient client, String address) throws SourceException, InterruptedException {
            Tape tape = Tape.current();
            if (tape != null && !tape.replays()) {
                try {
                    tape.record("GET " + address, Map.of(), InputStream.nullInputStream());
                } catch (IOException e) {
                    throw new SourceException(Kind.BUG, "nothing can be read", e);
                }
            }
            return super.page(client, address);
        }
    }

    /** Tries again for ever. */
    public static class Stubborn extends TillSource {
        public Stubborn(TillConfig config) {
            super(config);
        }

        @Override
        protected Page page(HttpClient client, String address) throws SourceException, InterruptedException {
            while (true) {
                try {
                    return super.page(client, address);
                } catch (SourceException e) {
                    if (e.kind() != Kind.RATE_LIMIT) {
                        throw e;
                    }
                    Thread.sleep(200);
                }
            }
        }
    }

    /** Says how far it wanted to come, not how far it came. */
    public static class Boastful extends TillSource {
        public Boastful(TillConfig config) {
            super(config);
        }

        @Override
        protected void push(Page page, Sink sink) throws SourceException, InterruptedException {
            super.push(page, sink);
            if (!page.sales().isEmpty() && page.next() != null) {
                sink.checkpoint(new Cursor(Long.toString(page.sales().getLast().version() + page.sales().size())));
            }
        }
    }

    // S11: models

    /** Ships a model of its test's making. */
    public abstract static class Modelling extends TillSource {
        private final Model model;

        Modelling(TillConfig config, Model model) {
            super(config);
            this.model = model;
        }

        @Override
        public List<Model> models() {
            return List.of(model);
        }

        static Model sales(String sql) {
            return new Model("sales", "sales", sql);
        }
    }

    public static class UnknownTable extends Modelling {
        public UnknownTable(TillConfig config) {
            super(config, new Model("turnover", "sales", "SELECT _row FROM input"));
        }
    }

    public static class UnknownDataset extends Modelling {
        public UnknownDataset(TillConfig config) {
            super(config, new Model("sales", "orders", "SELECT _row FROM input"));
        }
    }

    public static class UnknownColumn extends Modelling {
        public UnknownColumn(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, amount AS total_amount, product AS article FROM input"));
        }
    }

    public static class Rootless extends Modelling {
        public Rootless(TillConfig config) {
            super(config, sales("SELECT day AS date, kind, amount AS total_amount FROM input"));
        }
    }

    public static class WrongRoot extends Modelling {
        public WrongRoot(TillConfig config) {
            super(config, sales("SELECT min(_row) OVER () AS _row, day AS date, kind, amount AS total_amount FROM input"));
        }
    }

    /** Gives the root of the next row. */
    public static class Shifted extends Modelling {
        public Shifted(TillConfig config) {
            super(config, sales("SELECT _row + 1 AS _row, day AS date, kind, amount AS total_amount FROM input"));
        }
    }

    public static class Uprooted extends Modelling {
        public Uprooted(TillConfig config) {
            super(config, sales("SELECT CASE WHEN amount > 0 THEN _row END AS _row, day AS date, kind, amount AS total_amount FROM input"));
        }
    }

    public static class Rounding extends Modelling {
        public Rounding(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, CAST(amount AS DOUBLE) AS total_amount FROM input"));
        }
    }

    public static class Neighbourly extends Modelling {
        public Neighbourly(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, amount AS total_amount, lag(product) OVER (ORDER BY version) AS product_name "
                    + "FROM input"));
        }
    }

    public static class Twofold extends Modelling {
        public Twofold(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, amount AS total_amount FROM input, range(2)"));
        }
    }

    public static class Unparsable extends Modelling {
        public Unparsable(TillConfig config) {
            super(config, sales("SELECT _row, day AS date kind FROM input WHERE"));
        }
    }

    /** The model is sound by itself; what it comes to is not what was sold: refunds count as sales. */
    public static class Overstating extends Modelling {
        public Overstating(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, abs(amount) AS total_amount FROM input"));
        }
    }

    /** Right at first, and wrong after a change: what comes late is left out. */
    public static class Forgetting extends Modelling {
        public Forgetting(TillConfig config) {
            super(config, sales("SELECT _row, day AS date, kind, amount AS total_amount FROM input WHERE product <> 'Late'"));
        }
    }

    // S12: webhooks

    /** Does not look at signatures. */
    public static class Open extends TillSource {
        public Open(TillConfig config) {
            super(config);
        }

        @Override
        protected void recognise(Delivery delivery) {}
    }

    /** Looks at the signature if there is one. */
    public static class Polite extends TillSource {
        public Polite(TillConfig config) {
            super(config);
        }

        @Override
        protected void recognise(Delivery delivery) throws SourceException {
            if (delivery.header("X-Till-Signature") != null) {
                super.recognise(delivery);
            }
        }
    }

    /** Takes everything where no secret is configured. */
    public static class Unguarded extends TillSource {
        public Unguarded(TillConfig config) {
            super(config);
        }

        @Override
        protected void recognise(Delivery delivery) throws SourceException {
            if (config.webhook__secret() != null && !config.webhook__secret().isBlank()) {
                super.recognise(delivery);
            }
        }
    }

    /** Reads what a stranger sent before it asks who he is. */
    public static class Curious extends TillSource {
        public Curious(TillConfig config) {
            super(config);
        }

        @Override
        public void receive(Delivery delivery, Effects effects) throws SourceException, InterruptedException {
            Sale sale = told(delivery);
            recognise(delivery);
            deliver(sale, effects);
        }
    }

    /** Pushes first and asks afterwards. */
    public static class Rash extends TillSource {
        public Rash(TillConfig config) {
            super(config);
        }

        @Override
        public void receive(Delivery delivery, Effects effects) throws SourceException, InterruptedException {
            effects.rows(SALES, "version");
            super.receive(delivery, effects);
        }
    }

    /** Calls a wrong signature a wrong option. */
    public static class Mistaken extends TillSource {
        public Mistaken(TillConfig config) {
            super(config);
        }

        @Override
        protected void recognise(Delivery delivery) throws SourceException {
            try {
                super.recognise(delivery);
            } catch (SourceException e) {
                throw new SourceException(Kind.CONFIG, "Option webhook_secret is wrong.");
            }
        }
    }

    /** Gives each delivery a row of its own. */
    public static class Multiplying extends TillSource {
        private int deliveries;

        public Multiplying(TillConfig config) {
            super(config);
        }

        @Override
        protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
            // The first four are right: what is told twice is not.
            String id = ++deliveries > 4 ? sale.id() + "-" + deliveries : sale.id();
            super.deliver(new Sale(id, sale.version(), sale.day(), sale.kind(), sale.product(), sale.quantity(), sale.amount(), sale.gone()),
                    effects);
        }
    }

    /** Numbers its rows by when they came, and so takes an old call that comes again for news. */
    public static class Gullible extends TillSource {
        private long calls;

        public Gullible(TillConfig config) {
            super(config);
        }

        @Override
        protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
            // The first four are told as they are: it is their repetition that goes wrong.
            long version = ++calls > 4 ? 1_000_000 + calls : sale.version();
            super.deliver(new Sale(sale.id(), version, sale.day(), sale.kind(), sale.product(), sale.quantity(), sale.amount(), sale.gone()),
                    effects);
        }
    }

    /** Asks the till back while the till waits. */
    public static class Asking extends TillSource {
        public Asking(TillConfig config) {
            super(config);
        }

        @Override
        protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
            try (HttpClient client = HttpClient.newHttpClient()) {
                page(client, config.address() + "/sales?since=" + sale.version() + "&limit=1");
            }
            super.deliver(sale, effects);
        }
    }

    /** Moves the cursor. */
    public static class Advancing extends TillSource {
        public Advancing(TillConfig config) {
            super(config);
        }

        @Override
        protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
            Sink sink = effects.rows(SALES, "version");
            sink.upsert(values(sale));
            sink.checkpoint(new Cursor(Long.toString(sale.version())));
        }
    }

    /** Hears deletions, and says nothing. */
    public static class Deaf extends TillSource {
        public Deaf(TillConfig config) {
            super(config);
        }

        @Override
        protected void deliver(Sale sale, Effects effects) throws SourceException, InterruptedException {
            if (!sale.gone()) {
                super.deliver(sale, effects);
            } else {
                effects.rows(SALES, "version");
            }
        }
    }

    /** Does one thing at a time. */
    public static class Single extends TillSource {
        public Single(TillConfig config) {
            super(config);
        }

        @Override
        public synchronized void read(Request request, Sink sink) throws SourceException, InterruptedException {
            super.read(request, sink);
        }

        @Override
        public synchronized void receive(Delivery delivery, Effects effects) throws SourceException, InterruptedException {
            super.receive(delivery, effects);
        }
    }
}
