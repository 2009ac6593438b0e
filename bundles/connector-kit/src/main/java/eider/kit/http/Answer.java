package eider.kit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a server answered, as a whole: there is none for a connection that was cut in the middle. Valid until the {@link Http.Reader} returns; used
 * by its thread only. A large body lies in a temporary file, so reading it needs little memory.
 */
public final class Answer {
    private final int status;
    private final HttpHeaders headers;
    private final Spool body;

    Answer(int status, HttpHeaders headers, Spool body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /** 200 to 299, or one that the call {@linkplain Call#accept accepts}. */
    public int status() {
        return status;
    }

    /** The first value of a header, whatever the case of its name; null if there is none. */
    public String header(String name) {
        return headers.firstValue(name).orElse(null);
    }

    /** Bytes of the body. */
    public long length() {
        return body.length();
    }

    /** The body from its first byte; each call gives it anew. Needs no closing. */
    public InputStream body() throws IOException {
        return body.open();
    }

    /** The whole body in memory: for small answers. */
    public byte[] bytes() throws IOException {
        try (InputStream in = body()) {
            return in.readAllBytes();
        }
    }

    /** Writes the body into a file, which then belongs to the caller. */
    public void save(Path file) throws IOException {
        try (InputStream in = body(); OutputStream out = Files.newOutputStream(file)) {
            in.transferTo(out);
        }
    }
}
