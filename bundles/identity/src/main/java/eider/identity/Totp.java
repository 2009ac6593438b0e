package eider.identity;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Codes of authenticators: RFC 6238 with SHA-1, 30 seconds and six digits, which all of them know. */
final class Totp {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int STEP = 30;
    static final int RECOVERY_CODES = 10;

    private Totp() {}

    static long step(long millis) {
        return Math.floorDiv(millis, 1_000L * STEP);
    }

    /** RFC 4226. */
    static String code(byte[] secret, long step, int digits) {
        byte[] mac = Keys.hmac(secret, "HmacSHA1", ByteBuffer.allocate(8).putLong(step).array());
        int offset = mac[mac.length - 1] & 0xf;
        int number = ByteBuffer.wrap(mac, offset, 4).getInt() & 0x7fffffff;
        int modulus = 1;
        for (int i = 0; i < digits; i++) {
            modulus *= 10;
        }
        return String.format(Locale.ROOT, "%0" + digits + "d", number % modulus);
    }

    /**
     * The step whose code this is: now, or one before or after, for clocks that differ.
     *
     * @param after only a later step than this: each code is good once
     */
    static OptionalLong step(byte[] secret, String code, long millis, long after) {
        long now = step(millis);
        byte[] given = code.getBytes(StandardCharsets.UTF_8);
        OptionalLong found = OptionalLong.empty();
        for (long step = now - 1; step <= now + 1; step++) {
            if (MessageDigest.isEqual(given, code(secret, step, 6).getBytes(StandardCharsets.UTF_8)) && step > after && found.isEmpty()) {
                found = OptionalLong.of(step);
            }
        }
        return found;
    }

    static String base32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = buffer << 8 | b & 0xff;
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(LETTERS.charAt(buffer >> bits & 31));
            }
        }
        if (bits > 0) {
            text.append(LETTERS.charAt(buffer << 5 - bits & 31));
        }
        return text.toString();
    }

    static String address(String username, byte[] secret) {
        String name = URLEncoder.encode(username, StandardCharsets.UTF_8).replace("+", "%20");
        return "otpauth://totp/Eider:" + name + "?secret=" + base32(secret) + "&issuer=Eider&algorithm=SHA1&digits=6&period=" + STEP;
    }

    /** Ten, each of 80 random bits. */
    static List<String> recoveryCodes() {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < RECOVERY_CODES; i++) {
            String letters = base32(Secrets.random(10)).toLowerCase(Locale.ROOT);
            codes.add(letters.substring(0, 4) + "-" + letters.substring(4, 8) + "-" + letters.substring(8, 12) + "-" + letters.substring(12));
        }
        return codes;
    }

    /** As it is digested, however it was typed; empty if it cannot be one. */
    static String recovery(String typed) {
        String plain = typed.replace("-", "").replace(" ", "").toLowerCase(Locale.ROOT);
        return plain.length() == 16 ? plain : "";
    }
}
