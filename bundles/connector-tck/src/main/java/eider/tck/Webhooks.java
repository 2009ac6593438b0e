package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Delivery;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Webhook;
import eider.engine.EngineException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** S12: forged deliveries, and repeated ones. */
final class Webhooks {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Scene scene;
    private final Metatype metatype;
    private int connections;

    Webhooks(Scene scene, Metatype metatype) {
        this.scene = scene;
        this.metatype = metatype;
    }

    /** What a connector without webhooks promises. */
    void areNone() throws Exception {
        assertThat(scene.connect("deaf")).as("the source of a connector that is said to lack the ability %s", Ability.WEBHOOKS)
                .isNotInstanceOf(Webhook.class);
    }

    private Webhook webhook(String name, Map<String, String> options) throws Exception {
        Source source = scene.connector().connect(name, options);
        assertThat(source).as("the source; a connector whose source is no Webhook lacks the ability %s", Ability.WEBHOOKS)
                .isInstanceOf(Webhook.class);
        return (Webhook) source;
    }

    private List<Delivery> deliveries() throws Exception {
        List<Delivery> deliveries = scene.outside().deliveries();
        assertThat(deliveries).as("Outside.deliveries(), what the outside system sends about its change").isNotEmpty();
        return deliveries;
    }

    // Forged

    void refuseWhatIsForged() throws Exception {
        scene.outside().change();
        Webhook webhook = webhook("guarded", scene.outside().options());
        List<String> wrong = new ArrayList<>();
        for (Delivery sound : deliveries()) {
            Received received = received(webhook, sound);
            assertThat(received.thrown()).as("a delivery as the outside system signs it").isNull();
            for (Map.Entry<String, Delivery> forged : forged(sound).entrySet()) {
                wrong.addAll(unlessRefused(received(webhook, forged.getValue()), Set.of(Kind.AUTH)).stream().map((forged.getKey() + " ")::concat)
                        .toList());
            }
            wrong.addAll(headers(webhook, sound));
            wrong.addAll(secrets(sound));
        }
        assertThat(wrong.stream().distinct().toList()).as("forged deliveries that are not refused with AUTH before anything is pushed").isEmpty();
    }

    /** Everything that nobody without the secret can sign. */
    private static Map<String, Delivery> forged(Delivery sound) {
        Map<String, Delivery> forged = new LinkedHashMap<>();
        byte[] body = sound.body();
        forged.put("a delivery without headers", new Delivery(sound.address(), Map.of(), body, sound.received()));
        for (int at : new int[] {0, body.length / 2, body.length - 1}) {
            if (at >= 0 && at < body.length) {
                byte[] flipped = body.clone();
                flipped[at] ^= 1;
                forged.put("a body with another byte at " + at, with(sound, flipped));
            }
        }
        if (body.length > 0) {
            forged.put("a body without its last byte", with(sound, Arrays.copyOf(body, body.length - 1)));
            forged.put("an empty body", with(sound, new byte[0]));
        }
        byte[] longer = Arrays.copyOf(body, body.length + 1);
        longer[body.length] = ' ';
        forged.put("a body with a blank at its end", with(sound, longer));
        return forged;
    }

    private static Delivery with(Delivery sound, byte[] body) {
        return new Delivery(sound.address(), sound.headers(), body, sound.received());
    }

    /** Not every header is signed, but one of them is the signature: without it, or with another one, nothing is accepted. */
    private List<String> headers(Webhook webhook, Delivery sound) throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        Set<String> guarding = new HashSet<>();
        for (String header : sound.headers().keySet()) {
            boolean refused = true;
            String text = sound.header(header);
            List<List<String>> others = new ArrayList<>(List.of(List.of(), List.of(""), List.of("0")));
            if (text != null && !text.isEmpty()) {
                char last = text.charAt(text.length() - 1);
                others.add(List.of((text.charAt(0) == 'A' ? 'B' : 'A') + text.substring(1)));
                others.add(List.of(text.substring(0, text.length() - 1)));
                others.add(List.of(text.substring(0, text.length() / 2) + (last == 'a' ? 'b' : 'a')));
            }
            for (List<String> other : others) {
                Map<String, List<String>> headers = new LinkedHashMap<>(sound.headers());
                headers.remove(header);
                if (!other.isEmpty()) {
                    headers.put(header, other);
                }
                Received received = received(webhook, new Delivery(sound.address(), headers, sound.body(), sound.received()));
                refused &= unlessRefused(received, Set.of(Kind.AUTH)).isEmpty();
                if (received.thrown() != null && !(received.thrown() instanceof SourceException)) {
                    wrong.add("a delivery with '" + other + "' in its header " + header + " throws " + received.thrown()
                            + " instead of a SourceException");
                }
            }
            if (refused) {
                guarding.add(header);
            }
        }
        if (guarding.isEmpty()) {
            wrong.add("there is no header of " + sound.headers().keySet()
                    + " without which, or with another value of which, a delivery is always refused: none is taken "
                    + "for a signature");
        }
        return wrong;
    }

    /** A connection with another secret refuses what is signed with this one, and one without a secret takes nothing. */
    private List<String> secrets(Delivery sound) throws Exception {
        List<String> wrong = new ArrayList<>();
        boolean guarded = false;
        for (Metatype.Option option : metatype.options()) {
            Map<String, String> options = new LinkedHashMap<>(scene.outside().options());
            if (!option.password() || !options.containsKey(option.name())) {
                continue;
            }
            options.put(option.name(), options.get(option.name()) + "x");
            if (unlessRefused(received(webhook("other_" + ++connections, options), sound), Set.of(Kind.AUTH)).isEmpty()) {
                guarded = true;
                options.put(option.name(), "");
                wrong.addAll(without(option, options, sound));
                options.remove(option.name());
                wrong.addAll(without(option, options, sound));
            }
        }
        if (!guarded) {
            wrong.add("a delivery is accepted whatever the secret of the connection is: no option of type PASSWORD in Outside.options() matters "
                    + "to it");
        }
        return wrong;
    }

    private List<String> without(Metatype.Option option, Map<String, String> options, Delivery sound) throws Exception {
        return unlessRefused(received(webhook("bare_" + ++connections, options), sound), Set.of(Kind.AUTH, Kind.CONFIG)).stream()
                .map(("a delivery to a connection whose '" + option.name() + "' is empty ")::concat).toList();
    }

    private static List<String> unlessRefused(Received received, Set<Kind> kinds) {
        List<String> wrong = new ArrayList<>();
        switch (received.thrown()) {
            case null -> wrong.add("is accepted");
            case SourceException e -> {
                if (!kinds.contains(e.kind())) {
                    wrong.add("is answered by " + e.kind() + ", not " + kinds.stream().map(Kind::name).sorted().collect(Collectors.joining(" or "))
                            + ": " + e.getMessage());
                }
            }
            case Throwable e -> wrong.add("makes receive throw " + e + " instead of a SourceException");
        }
        if (received.touched()) {
            wrong.add("reaches a sink before it is refused");
        }
        return wrong;
    }

    private static Received received(Webhook webhook, Delivery delivery) throws InterruptedException {
        Received received = Received.of(webhook, delivery);
        if (!received.endsWithin(LIMIT)) {
            String place = received.place();
            received.interrupt();
            received.endsWithin(Duration.ofSeconds(10));
            fail("receive still ran after two seconds, and the sender waits: %s", place);
        }
        return received;
    }

    // Repeated

    void bringWhatAReadWouldAndNothingTwice(Path scratch) throws Exception {
        Watched first = new Watched(scene.connect("first"));
        scene.warehouse().sync("followed", first);
        List<Dataset> datasets = first.datasets();
        scene.outside().change();
        Watched clean = new Watched(scene.connect("clean"));
        scene.warehouse().sync("clean", clean);
        Map<String, Warehouse.Table> changed = scene.warehouse().tables("clean", clean.datasets());
        Map<String, Warehouse.Table> before = scene.warehouse().tables("followed", datasets);
        assertThat(changed).as("tables of the changed world").isNotEqualTo(before);

        List<Delivery> deliveries = deliveries();
        Map<String, Set<List<Object>>> gone = new TreeMap<>();
        Webhook webhook = webhook("called", scene.outside().options());
        List<Received> heard = new ArrayList<>();
        assertThat(Wires.sentDuring(scratch, () -> {
            for (Delivery delivery : deliveries) {
                heard.add(received(webhook, delivery));
            }
            return null;
        })).as("what receive sends over the network, while the sender waits; what must be fetched is left to a read, by refresh").isEmpty();
        Set<String> refreshes = apply(heard, datasets, gone);
        if (!refreshes.isEmpty()) {
            assertThat(datasets).extracting(Dataset::name).as("datasets that deliveries ask to be read").containsAll(refreshes);
            scene.warehouse().sync("followed", new Watched(scene.connect("refreshed")));
        }
        assertThat(scene.warehouse().tables("followed", datasets))
                .as("tables after a change that deliveries told, against a clean read of the changed world")
                .isEqualTo(changed);

        List<Delivery> repeated = new ArrayList<>(deliveries);
        repeat("the same deliveries once more", repeated, webhook, datasets, gone, changed);
        Collections.reverse(repeated);
        repeat("the same deliveries in reverse order", repeated, webhook, datasets, gone, changed);
        repeat("the same deliveries at another instance", repeated, webhook("restarted", scene.outside().options()), datasets, gone, changed);

        Watched next = new Watched(scene.connect("next"));
        scene.warehouse().sync("followed", next);
        assertThat(scene.warehouse().tables("followed", datasets)).as("tables after the next read, which begins where the last read ended")
                .isEqualTo(changed);
    }

    private void repeat(String what, List<Delivery> deliveries, Webhook webhook, List<Dataset> datasets, Map<String, Set<List<Object>>> gone,
            Map<String, Warehouse.Table> expected) throws Exception {
        List<Received> heard = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            heard.add(received(webhook, delivery));
        }
        apply(heard, datasets, gone);
        assertThat(scene.warehouse().tables("followed", datasets)).as("tables after %s", what).isEqualTo(expected);
    }

    /** Takes what deliveries did into the tables, as {@link Webhook.Effects} promises it; the reads that they asked for. */
    private Set<String> apply(List<Received> heard, List<Dataset> datasets, Map<String, Set<List<Object>>> gone) throws Exception {
        Set<String> refreshes = new HashSet<>();
        Map<String, Map<List<Object>, Received.Row>> lasting = new LinkedHashMap<>();
        for (Received received : heard) {
            assertThat(received.thrown()).as("how a delivery that is signed as it must be ended").isNull();
            assertThat(received.faults()).as("what is wrong with a delivery's calls").isEmpty();
            assertThat(received.touched()).as("a delivery about a change pushes a row, or asks for a read").isTrue();
            refreshes.addAll(received.refreshes());
            for (Received.Rows rows : received.rows().values()) {
                assertThat(datasets).as("datasets of discovery, against the one that a delivery pushes rows of").contains(rows.dataset());
                Set<List<Object>> deleted = gone.computeIfAbsent(rows.dataset().name(), name -> new HashSet<>());
                Map<List<Object>, Received.Row> last = lasting.computeIfAbsent(rows.dataset().name(), name -> new LinkedHashMap<>());
                for (Received.Row row : rows.rows()) {
                    List<Object> key = row.deleted() ? row.values() : values(rows.dataset(), rows.dataset().key(), row);
                    Received.Row before = last.get(key);
                    if (row.deleted()) {
                        deleted.add(key);
                        last.put(key, row);
                    } else if (!deleted.contains(key) && !holdsNewer(rows, row) && (before == null || !newer(rows, before, row))) {
                        last.put(key, row);
                    }
                }
            }
        }
        if (!lasting.isEmpty()) {
            scene.warehouse().sync("followed", new Delivered(datasets, lasting));
        }
        return refreshes;
    }

    private static List<Object> values(Dataset dataset, List<String> fields, Received.Row row) {
        return fields.stream().map(field -> row.values().get(dataset.fields().indexOf(dataset.field(field)))).toList();
    }

    /** Whether the table holds a newer row than this one. */
    private boolean holdsNewer(Received.Rows rows, Received.Row row) throws EngineException {
        Dataset dataset = rows.dataset();
        List<Object> values = new ArrayList<>(values(dataset, dataset.key(), row));
        values.addAll(values(dataset, List.of(rows.newest()), row));
        String condition = dataset.key().stream().map(part -> "\"" + part + "\" = ?").collect(Collectors.joining(" AND "));
        return !scene.warehouse().row("SELECT count(*) FROM " + Warehouse.raw("followed", dataset.name()) + " WHERE " + condition + " AND \""
                + rows.newest() + "\" > ?",
                values.stream().map(value -> value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value).toArray()).getFirst()
                .equals("0");
    }

    /** Whether the first of two rows is the newer one. */
    private static boolean newer(Received.Rows rows, Received.Row one, Received.Row other) {
        Object first = values(rows.dataset(), List.of(rows.newest()), one).getFirst();
        Object second = values(rows.dataset(), List.of(rows.newest()), other).getFirst();
        return switch (rows.dataset().field(rows.newest()).type().kind()) {
            case INTEGER -> ((Number) first).longValue() > ((Number) second).longValue();
            case TIMESTAMP -> ((LocalDateTime) first).isAfter((LocalDateTime) second);
            case INSTANT -> instant(first).isAfter(instant(second));
            case TEXT, BOOLEAN, DECIMAL, DOUBLE, DATE, JSON -> throw new IllegalStateException(rows.newest() + " was let through");
        };
    }

    private static Instant instant(Object value) {
        return value instanceof OffsetDateTime time ? time.toInstant() : (Instant) value;
    }

    /** What lasts of delivered rows, as the engine takes rows; cursors stay where they are. */
    private record Delivered(List<Dataset> datasets, Map<String, Map<List<Object>, Received.Row>> lasting) implements Source {
        @Override
        public List<Dataset> discover(Sniffer sniffer) {
            return datasets;
        }

        @Override
        public void read(Request request, Sink sink) throws SourceException, InterruptedException {
            Map<List<Object>, Received.Row> rows = lasting.getOrDefault(request.dataset().name(), Map.of());
            for (Received.Row row : rows.values()) {
                if (row.deleted()) {
                    sink.delete(row.values().toArray());
                } else {
                    sink.upsert(row.values().toArray());
                }
            }
            if (!rows.isEmpty()) {
                sink.checkpoint(request.cursor().isNone() ? new Cursor("delivered") : request.cursor());
            }
        }
    }

    // Beside a read

    void areHeardDuringARead() throws Exception {
        scene.outside().change();
        Source source = scene.connect("busy");
        Webhook webhook = (Webhook) source;
        Delivery delivery = deliveries().getFirst();
        List<Dataset> datasets = source.discover(scene.sniffer());
        Reading alone = Reading.start(scene.connect("alone"), datasets.getFirst(), scene.sniffer());
        assertThat(alone.endsWithin(Duration.ofMinutes(1))).as("a read ended within a minute").isTrue();
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch on = new CountDownLatch(1);
        Reading reading = Reading.start(source, datasets.getFirst(), Cursor.NONE, scene.sniffer(), null, (what, number) -> {
            if (number == alone.sink().calls() / 2) {
                there.countDown();
                on.await();
            }
        });
        assertThat(there.await(1, TimeUnit.MINUTES)).as("the read came to its middle").isTrue();
        try {
            Received received = received(webhook, delivery);
            assertThat(received.thrown()).as("a delivery in the middle of a read").isNull();
        } finally {
            on.countDown();
        }
        assertThat(reading.endsWithin(Duration.ofMinutes(1))).as("a read in the middle of which a delivery came ended within a minute").isTrue();
        assertThat(reading.thrown()).as("a read in the middle of which a delivery came").isNull();
        assertThat(reading.sink().sum()).as("the rows of a read in the middle of which a delivery came").isEqualTo(alone.sink().sum());
    }
}
