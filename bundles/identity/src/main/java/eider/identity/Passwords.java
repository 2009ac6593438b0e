package eider.identity;

import eider.engine.EngineException;
import eider.people.RefusedException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2id, written as {@code $argon2id$v=19$m=19456,t=2,p=1$salt$hash}. Two at a time, since each takes its memory; who comes when many wait already
 * is sent away. Any thread.
 */
final class Passwords {
    /** OWASP's first choice: 19 MiB, twice, one lane. */
    static final Cost COST = new Cost(19_456, 2, 1);
    /** More than this is no password, and is not even looked at. */
    static final int LONGEST = 256;
    private static final int LONGEST_WRITTEN = 4 * LONGEST;
    private static final Pattern WRITTEN = Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,2}),p=(\\d{1,2})"
            + "\\$([A-Za-z0-9+/]{11,64})\\$([A-Za-z0-9+/]{22,128})");
    private static final int AT_A_TIME = 2;
    private static final int IN_LINE = 30;

    /** @param memory in KiB */
    record Cost(int memory, int times, int lanes) {}

    /** Too many at the moment; nothing was looked at. */
    static final class BusyException extends RefusedException {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("Too many people sign in at this moment: try again in a few seconds.");
        }
    }

    private final Cost cost;
    private final Duration patience;
    private final Semaphore turns = new Semaphore(AT_A_TIME, true);
    private final AtomicLong hashes = new AtomicLong();
    private final byte[] nobody = Secrets.random(16);

    Passwords() {
        this(COST, Duration.ofSeconds(10));
    }

    Passwords(Cost cost, Duration patience) {
        this.cost = cost;
        this.patience = patience;
    }

    /** How many were reckoned so far. */
    long hashes() {
        return hashes.get();
    }

    /** For tests: takes the turns of hashes that are not there. */
    Semaphore turns() {
        return turns;
    }

    /** Whether it can be one at all. */
    static boolean possible(char[] password) {
        return password != null && password.length > 0 && password.length <= LONGEST_WRITTEN;
    }

    String hash(char[] password) throws EngineException {
        byte[] salt = Secrets.random(16);
        byte[] bytes = bytes(password);
        try {
            Base64.Encoder text = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=" + cost.memory() + ",t=" + cost.times() + ",p=" + cost.lanes() + "$" + text.encodeToString(salt) + "$"
                    + text.encodeToString(reckon(bytes, salt, cost, 32));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Whether it is the one.
     *
     * @param written as {@link #hash} wrote it; null where there is nobody, which costs the same and is never right
     */
    boolean matches(char[] password, String written) throws EngineException {
        if (!possible(password)) {
            return false;
        }
        byte[] bytes;
        try {
            bytes = bytes(password);
        } catch (RefusedException e) {
            // half a character: nobody has that as a password, and that is known without asking who
            return false;
        }
        try {
            if (written == null) {
                reckon(bytes, nobody, cost, 32);
                return false;
            }
            Matcher parts = WRITTEN.matcher(written);
            if (!parts.matches()) {
                throw new EngineException("The password of an account is damaged in data/people.mv.db: give the person a reset link");
            }
            byte[] hash = Base64.getDecoder().decode(parts.group(5));
            return MessageDigest.isEqual(hash, reckon(bytes, Base64.getDecoder().decode(parts.group(4)), cost(parts), hash.length));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Whether it was reckoned at another cost than one would today. */
    boolean outdated(String written) {
        Matcher parts = WRITTEN.matcher(written);
        return !parts.matches() || !cost(parts).equals(cost);
    }

    private static Cost cost(Matcher parts) {
        return new Cost(Math.clamp(Integer.parseInt(parts.group(1)), 8, 1 << 20), Math.clamp(Integer.parseInt(parts.group(2)), 1, 16),
                Math.clamp(Integer.parseInt(parts.group(3)), 1, 16));
    }

    /** NFKC, so that an "é" is one however the keyboard writes it. */
    private static byte[] bytes(char[] password) throws RefusedException {
        if (!possible(password)) {
            throw new RefusedException("A password has at least one character and at most " + LONGEST + ".");
        }
        CharBuffer text = CharBuffer.wrap(password);
        if (!text.chars().allMatch(c -> c < 0x80)) {
            text = CharBuffer.wrap(Normalizer.normalize(text, Normalizer.Form.NFKC));
        }
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(text);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            Arrays.fill(encoded.array(), (byte) 0);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new RefusedException("The password has half a character in it: type it anew.");
        }
    }

    private byte[] reckon(byte[] password, byte[] salt, Cost cost, int length) throws EngineException {
        try {
            if (turns.getQueueLength() >= IN_LINE || !turns.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BusyException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("Interrupted while waiting to look at a password", e);
        }
        try {
            hashes.incrementAndGet();
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withVersion(Argon2Parameters.ARGON2_VERSION_13).withSalt(salt)
                    .withMemoryAsKB(cost.memory()).withIterations(cost.times()).withParallelism(cost.lanes()).build());
            byte[] hash = new byte[length];
            generator.generateBytes(password, hash);
            return hash;
        } finally {
            turns.release();
        }
    }
}
