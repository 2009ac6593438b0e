package eider.identity;

import eider.engine.EngineException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Properties;

/** Signs with the Ed25519 key in {@code data/audit.key}. Any thread. */
final class Seal {
    private final Path file;
    private KeyPair keys;

    /** @param folder where the file is; null for a key in memory */
    Seal(Path folder) {
        this.file = folder == null ? null : folder.resolve("audit.key");
    }

    /** Reads the key. @param make whether to make one where there is none; else that is an error */
    synchronized void open(boolean make) throws EngineException {
        if (keys != null) {
            return;
        }
        try {
            if (file != null && Files.exists(file)) {
                PrivateFile.tighten(file);
                keys = read(Files.readString(file, StandardCharsets.US_ASCII));
            } else if (make) {
                KeyPair fresh = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                if (file != null) {
                    Base64.Encoder text = Base64.getEncoder();
                    PrivateFile.write(file, ("# Signs the audit trail. Who can read this file can rewrite the trail.\nprivate = "
                            + text.encodeToString(fresh.getPrivate().getEncoded())
                            + "\npublic = " + text.encodeToString(fresh.getPublic().getEncoded()) + "\n").getBytes(StandardCharsets.US_ASCII));
                }
                keys = fresh;
            } else {
                throw new EngineException(file + " is missing, without which nothing can be added to the audit trail, and so no account can be used "
                        + "or changed:"
                        + " restore it from a backup");
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new EngineException(file + " is damaged: restore it from a backup", e);
        } catch (IOException e) {
            throw new EngineException(file + " cannot be read or written (" + e.getMessage() + "): give the account that runs Eider the right to", e);
        }
    }

    private static KeyPair read(String text) throws GeneralSecurityException, IOException {
        Properties lines = new Properties();
        lines.load(new StringReader(text));
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(lines.getProperty("public", "")))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.getProperty("private", "")))));
    }

    private synchronized KeyPair keys() {
        if (keys == null) {
            throw new IllegalStateException("the key is not read yet");
        }
        return keys;
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(keys().getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean holds(byte[] message, byte[] sign) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(keys().getPublic());
            signature.update(message);
            return signature.verify(sign);
        } catch (GeneralSecurityException e) {
            // not even the shape of a signature
            return false;
        }
    }
}
