package eider.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** What sessions, tokens, tickets and links are opened by: 32 random bytes, of which only the SHA-256 is kept. */
final class Secrets {
    static final String TOKEN = "eider_";
    private static final int LENGTH = 43;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }

    static String make() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(32));
    }

    /** A name for lists: says nothing, opens nothing. */
    static String id() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(9));
    }

    /** Whether it can be one: what cannot is not even looked up. */
    static boolean shaped(String secret) {
        return secret != null && secret.length() == LENGTH;
    }

    static byte[] digest(String secret) {
        return sha256().digest(secret.getBytes(StandardCharsets.UTF_8));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
