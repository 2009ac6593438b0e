package eider.identity;

import eider.engine.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key in {@code data/people.key}: secrets of second factors are encrypted with it (AES-256-GCM), and names that were tried are digested with it.
 * So a copy of the database alone gives neither. Any thread.
 */
final class Keys {
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final Path file;
    private byte[] key;
    private boolean kept;

    /** @param folder where the file is; null for a key in memory */
    Keys(Path folder) {
        this.file = folder == null ? null : folder.resolve("people.key");
    }

    /**
     * Reads the key, or makes one.
     *
     * @param needed whether there is something that only the old key opens: then none is made in its place, and one for the time being digests names
     */
    synchronized void open(boolean needed) throws EngineException {
        if (key != null) {
            return;
        }
        try {
            if (file == null) {
                key = Secrets.random(32);
                kept = true;
            } else if (Files.exists(file)) {
                PrivateFile.tighten(file);
                key = Base64.getDecoder().decode(Files.readString(file, StandardCharsets.US_ASCII).strip());
                if (key.length != 32) {
                    key = null;
                    throw damaged(null);
                }
                kept = true;
            } else {
                byte[] fresh = Secrets.random(32);
                if (!needed) {
                    PrivateFile.write(file, (Base64.getEncoder().encodeToString(fresh) + "\n").getBytes(StandardCharsets.US_ASCII));
                    kept = true;
                }
                key = fresh;
            }
        } catch (IllegalArgumentException e) {
            throw damaged(e);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be read or written (" + e.getMessage() + "): give the account that runs Eider the right to", e);
        }
    }

    private EngineException damaged(Exception cause) {
        return new EngineException(file + " is damaged: restore it from a backup", cause);
    }

    /** Whether second factors can be used. */
    synchronized boolean kept() {
        return kept;
    }

    private byte[] derived(String purpose) {
        byte[] now;
        synchronized (this) {
            now = key;
        }
        return hmac(now, "HmacSHA256", purpose.getBytes(StandardCharsets.UTF_8));
    }

    /** Stands for a name that somebody typed. */
    byte[] name(String typed) {
        return hmac(derived("names"), "HmacSHA256", typed.getBytes(StandardCharsets.UTF_8));
    }

    byte[] encrypt(byte[] plain, long person) throws EngineException {
        byte[] nonce = Secrets.random(NONCE);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, plain, person);
        byte[] both = Arrays.copyOf(nonce, NONCE + sealed.length);
        System.arraycopy(sealed, 0, both, NONCE, sealed.length);
        return both;
    }

    byte[] decrypt(byte[] both, long person) throws EngineException {
        return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(both, NONCE), Arrays.copyOfRange(both, NONCE, both.length), person);
    }

    private byte[] cipher(int mode, byte[] nonce, byte[] input, long person) throws EngineException {
        if (!kept()) {
            throw new EngineException(file + " is missing, and second factors cannot be used without it: restore it from a backup, or remove the "
                    + "second factors and set them up anew");
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(derived("second factors"), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            // bound to its person: moved to another row it opens nothing
            cipher.updateAAD(("person " + person).getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new EngineException("A second factor cannot be read with the key in data/people.key: restore the key that belongs to this "
                    + "database, or remove the second"
                    + " factor and set it up anew", e);
        }
    }

    static byte[] hmac(byte[] key, String algorithm, byte[] message) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
