package eider.identity;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit.Entry;
import eider.people.Audit.Verified;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain of entries. The hash of an entry is taken over the hash before it and every part of the entry, each with its length before it, so that
 * two different entries never give the same bytes. The number and hash of the last entry, and every gap at the front, are signed.
 */
final class Trail {
    private static final Logger log = LoggerFactory.getLogger(Trail.class);
    private static final int TEXT = 4_000;
    private static final int PAGE = 500;
    private static final int FAULTS = 100;
    private static final byte[] NOTHING = new byte[32];
    /** The action of the entry that tells, for as long as entries are kept, that the file was changed from outside. */
    static final String BROKEN = "audit.broken";

    private final Seal seal;
    private final InstantSource clock;

    record Kept(long number, long at, String kind, String name, String origin, String agent, String action, String object, String before,
            String after, byte[] hash) {
        static Kept of(ResultSet row) throws SQLException {
            return new Kept(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5), row.getString(6), row.getString(7),
                    row.getString(8), row.getString(9), row.getString(10), row.getBytes(11));
        }

        byte[] hash(byte[] previous) throws CharacterCodingException {
            MessageDigest digest = Secrets.sha256();
            part(digest, utf8("eider audit entry 1"));
            part(digest, previous);
            part(digest, ByteBuffer.allocate(16).putLong(number).putLong(at).array());
            for (String text : List.of(kind, name, origin, agent, action, object, before, after)) {
                part(digest, utf8(text));
            }
            return digest.digest();
        }

        private static void part(MessageDigest digest, byte[] bytes) {
            digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
            digest.update(bytes);
        }

        Entry entry() {
            Actor.Kind who = Stream.of(Actor.Kind.values()).filter(known -> known.name().equals(kind)).findFirst().orElse(Actor.Kind.EIDER);
            return new Entry(number, Instant.ofEpochMilli(at), new Actor(who, name, origin, agent), action, object, before, after);
        }

        boolean has(String sought) {
            return Stream.of(name, origin, agent, action, object, before, after).anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(sought));
        }
    }

    private record Head(long number, byte[] hash, byte[] signature) {
        static final String SELECT = "SELECT number, hash, signature FROM audit_head";

        static Head of(ResultSet row) throws SQLException {
            return new Head(row.getLong(1), row.getBytes(2), row.getBytes(3));
        }

        static byte[] message(long number, byte[] hash) {
            return ("eider audit head 1 " + number + " " + HexFormat.of().formatHex(hash)).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** @param hash of the last entry that went */
    private record Gap(long first, long last, long at, byte[] hash, byte[] signature) {
        static Gap of(ResultSet row) throws SQLException {
            return new Gap(row.getLong(1), row.getLong(2), row.getLong(3), row.getBytes(4), row.getBytes(5));
        }

        static byte[] message(long first, long last, long at, byte[] hash) {
            return ("eider audit gap 1 " + first + " " + last + " " + at + " " + HexFormat.of().formatHex(hash)).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static final String ENTRIES = "SELECT number, at, kind, name, origin, agent, action, object, before_text, after_text, hash FROM audit ";
    private static final String GAPS = "SELECT first, last, at, hash, signature FROM audit_gap ORDER BY first";

    Trail(Seal seal, InstantSource clock) {
        this.seal = seal;
        this.clock = clock;
    }

    /** Strict: half a character would become a question mark, and two texts would have one hash. */
    private static byte[] utf8(String text) throws CharacterCodingException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    /** The first entry of a new trail; there is a signed head from the first moment on. */
    void begin(Sql sql) throws SQLException, EngineException {
        seal.open(true);
        sql.run("INSERT INTO audit_head VALUES (1, 0, ?, ?)", NOTHING, seal.sign(Head.message(0, NOTHING)));
        add(sql, Actor.EIDER, "audit.begin", "audit trail", "", "");
    }

    /**
     * Whether the end is as it was signed. If not, this is told by an entry, because the next one would be signed again and hide it.
     *
     * @return what is wrong
     */
    Optional<String> open(Vault vault) throws EngineException {
        seal.open(false);
        Optional<String> looked = vault.read(this::endFault);
        if (looked.isEmpty()) {
            Head head = vault.read(sql -> sql.one(Head.SELECT, Head::of)).orElseThrow();
            // A log that is kept elsewhere can be compared with this: an older copy of the whole file has an older end.
            log.info("The audit trail ends with entry {}, {}", head.number(), HexFormat.of().formatHex(head.hash()));
            return looked;
        }
        return vault.write(sql -> {
            Optional<String> fault = endFault(sql);
            if (fault.isPresent()) {
                if (sql.one(Head.SELECT, Head::of).isEmpty()) {
                    Kept last = sql.one(ENTRIES + "ORDER BY number DESC LIMIT 1", Kept::of).orElse(null);
                    sql.run("INSERT INTO audit_head VALUES (1, ?, ?, ?)", last == null ? 0 : last.number(), last == null ? NOTHING : last.hash(),
                            NOTHING);
                }
                // Past both ends, so that no number is given twice.
                sql.run("UPDATE audit_head SET number = greatest(number, (SELECT coalesce(max(number), 0) FROM audit))");
                add(sql, Actor.EIDER, BROKEN, "audit trail", "", fault.get());
                log.error("The audit trail was changed from outside while Eider was not running: {}", fault.get());
            }
            return fault;
        });
    }

    private Optional<String> endFault(Sql sql) throws SQLException {
        Optional<Head> head = sql.one(Head.SELECT, Head::of);
        if (head.isEmpty()) {
            return Optional.of("The signed end of the audit trail is missing.");
        }
        if (!seal.holds(Head.message(head.get().number(), head.get().hash()), head.get().signature())) {
            return Optional.of("The end of the audit trail, entry " + head.get().number() + ", is not signed by the key in data/audit.key.");
        }
        Optional<Kept> last = sql.one(ENTRIES + "ORDER BY number DESC LIMIT 1", Kept::of);
        if (last.isEmpty() || last.get().number() != head.get().number() || !MessageDigest.isEqual(last.get().hash(), head.get().hash())) {
            return Optional.of("The audit trail ends with entry " + (last.isEmpty() ? 0 : last.get().number()) + ", and the signed end is entry "
                    + head.get().number() + ".");
        }
        return Optional.empty();
    }

    /** Within the transaction of what it tells of. */
    void add(Sql sql, Actor by, String action, String object, String before, String after) throws SQLException {
        Head head = sql.one(Head.SELECT, Head::of).orElseThrow(() -> new SQLException("audit_head is empty"));
        Kept entry = new Kept(head.number() + 1, clock.millis(), by.kind().name(), Plain.text(by.name(), 200), Plain.text(by.from(), 200),
                Plain.text(by.agent(), 200), Plain.text(action, 100), Plain.text(object, TEXT), Plain.text(before, TEXT), Plain.text(after, TEXT),
                null);
        byte[] hash;
        try {
            hash = entry.hash(head.hash());
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(e);
        }
        sql.run("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entry.number(), entry.at(), entry.kind(), entry.name(), entry.origin(),
                entry.agent(), entry.action(), entry.object(), entry.before(), entry.after(), hash);
        sql.run("UPDATE audit_head SET number = ?, hash = ?, signature = ?", entry.number(), hash, seal.sign(Head.message(entry.number(), hash)));
    }

    /** Reads in pages: H2 would gather a long answer in memory, and then in a file. */
    List<Entry> entries(Sql sql, long before, int limit, String sought) throws SQLException {
        String lower = sought == null ? "" : sought.toLowerCase(Locale.ROOT);
        List<Entry> found = new ArrayList<>();
        long at = before;
        while (found.size() < limit) {
            List<Kept> page = sql.list(ENTRIES + "WHERE number < ? ORDER BY number DESC LIMIT " + PAGE, Kept::of, at);
            for (Kept entry : page) {
                if (found.size() < limit && (lower.isEmpty() || entry.has(lower))) {
                    found.add(entry.entry());
                }
                at = entry.number();
            }
            if (page.size() < PAGE) {
                break;
            }
        }
        return found;
    }

    Verified verify(Sql sql) throws SQLException {
        Check check = new Check();
        check.gaps(sql.list(GAPS, Gap::of));
        List<Kept> page;
        do {
            page = sql.list(ENTRIES + "WHERE number > ? ORDER BY number LIMIT " + PAGE, Kept::of, check.last);
            for (Kept entry : page) {
                check.entry(entry);
            }
        } while (page.size() == PAGE);
        // numbers below the first one that is looked for: put in front of a gap's end
        sql.list(ENTRIES + "WHERE number <= ? ORDER BY number LIMIT 10", Kept::of, check.start)
                .forEach(entry -> check.fault("Entry " + entry.number() + " stands where the trail has a signed gap."));
        endFault(sql).ifPresent(check::fault);
        return new Verified(check.entries, check.faults);
    }

    /**
     * Follows the chain; after a fault it goes on from what stands there, so that one change gives one fault or two, and not one for each entry after
     * it.
     */
    private final class Check {
        private final List<String> faults = new ArrayList<>();
        private long entries;
        private long start;
        private long last;
        private byte[] hash = NOTHING;

        private void fault(String sentence) {
            if (faults.size() < FAULTS) {
                faults.add(sentence);
            }
        }

        private void gaps(List<Gap> gaps) {
            for (Gap gap : gaps) {
                if (gap.first() != last + 1 || gap.last() < gap.first()) {
                    fault("The gap from entry " + gap.first() + " to " + gap.last() + " does not follow entry " + last + ".");
                }
                if (!seal.holds(Gap.message(gap.first(), gap.last(), gap.at(), gap.hash()), gap.signature())) {
                    fault("The gap from entry " + gap.first() + " to " + gap.last() + " is not as it was signed.");
                }
                last = Math.max(last, gap.last());
                hash = gap.hash();
            }
            start = last;
        }

        private void entry(Kept entry) {
            entries++;
            if (entry.number() != last + 1) {
                fault(last + 1 == entry.number() - 1 ? "Entry " + (last + 1) + " is missing." : "Entries " + (last + 1) + " to "
                        + (entry.number() - 1) + " are missing.");
            }
            boolean same;
            try {
                same = MessageDigest.isEqual(entry.hash(hash), entry.hash());
            } catch (CharacterCodingException e) {
                // half a character was never written
                same = false;
            }
            if (!same) {
                fault("Entry " + entry.number() + " of " + Instant.ofEpochMilli(entry.at()) + " is not as it was written, or not in its place.");
            }
            if (entry.action().equals(BROKEN) && entry.kind().equals(Actor.Kind.EIDER.name())) {
                fault("Entry " + entry.number() + " of " + Instant.ofEpochMilli(entry.at()) + " tells that the trail before it was changed: "
                        + entry.after());
            }
            last = entry.number();
            hash = entry.hash();
        }
    }

    /**
     * Forgets entries from the front that are older than this. What is not as it was written stays, or the gap would sign it. The age is reckoned
     * from the newest entry where that is earlier than the clock: a clock that is years ahead for an hour must not take the trail with it.
     *
     * @return how many went
     */
    long forget(Sql sql, Duration kept) throws SQLException {
        long newest = sql.one(ENTRIES + "ORDER BY number DESC LIMIT 1", Kept::of).map(Kept::at).orElse(0L);
        Instant before = Instant.ofEpochMilli(Math.min(newest, clock.millis())).minus(kept);
        List<Gap> gaps = sql.list(GAPS, Gap::of);
        Check check = new Check();
        check.gaps(gaps);
        long first = check.last + 1;
        long end = sql.one(Head.SELECT, Head::of).map(Head::number).orElse(0L);
        boolean older = true;
        while (older) {
            long from = check.last;
            List<Kept> page = sql.list(ENTRIES + "WHERE number > ? AND number < ? ORDER BY number LIMIT " + PAGE, Kept::of, from, end);
            for (Kept entry : page) {
                older = older && entry.at() < before.toEpochMilli();
                if (older) {
                    check.entry(entry);
                }
            }
            older = older && page.size() == PAGE;
        }
        List<String> faults = check.faults.stream().filter(fault -> !fault.contains(" tells that ")).toList();
        if (!faults.isEmpty()) {
            log.error("Old entries of the audit trail are not forgotten because they are not as they were written: {}", faults.getFirst());
            return 0;
        }
        if (check.last < first) {
            return 0;
        }
        long now = clock.millis();
        sql.run("DELETE FROM audit WHERE number <= ?", check.last);
        sql.run("INSERT INTO audit_gap VALUES (?, ?, ?, ?, ?)", first, check.last, now, check.hash,
                seal.sign(Gap.message(first, check.last, now, check.hash)));
        add(sql, Actor.EIDER, "audit.forget", "entries " + first + " to " + check.last, "", "older than " + before);
        return check.last - first + 1;
    }
}
