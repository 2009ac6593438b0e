package eider.files;

import eider.connector.Countable.Counts;
import eider.files.Counting.Uncounted;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The characters of a file that is counted, one after the other; plain or packed by gzip. A byte order mark is none of them. Ends with an interrupt
 * of its thread.
 */
final class TextInput implements AutoCloseable {
    private static final int CHARACTERS = 1 << 16;
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private final Reader reader;
    private final Counts counts;
    private final String doing;
    private final char[] buffer = new char[CHARACTERS];
    private int position;
    private int limit;
    private long before;

    /** @param charset null: what its first bytes tell, and then each byte must be right */
    TextInput(Finder.Found file, Charset charset, Counts counts) throws IOException, Uncounted {
        this.counts = counts;
        this.doing = "counting " + file.name();
        InputStream in = new BufferedInputStream(Files.newInputStream(file.path()), CHARACTERS);
        boolean opened = false;
        try {
            byte[] head = head(in);
            if (Arrays.equals(head, ZSTD)) {
                throw new Uncounted("is packed by zstd, which is not unpacked here");
            }
            if (head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
                in = new BufferedInputStream(new GZIPInputStream(in, CHARACTERS), CHARACTERS);
                head = head(in);
            }
            Charset chosen = charset != null ? charset : told(head);
            CodingErrorAction action = charset != null ? CodingErrorAction.REPLACE : CodingErrorAction.REPORT;
            reader = new InputStreamReader(in, chosen.newDecoder().onMalformedInput(action).onUnmappableCharacter(action));
            opened = true;
        } finally {
            if (!opened) {
                in.close();
            }
        }
    }

    private static byte[] head(InputStream in) throws IOException {
        in.mark(4);
        byte[] head = in.readNBytes(4);
        in.reset();
        return head;
    }

    private static Charset told(byte[] head) {
        boolean two = head.length > 1;
        if (two && head[0] == (byte) 0xfe && head[1] == (byte) 0xff || two && head[0] == 0 && head[1] != 0) {
            return StandardCharsets.UTF_16BE;
        }
        boolean little = two && (head[0] == (byte) 0xff && head[1] == (byte) 0xfe || head[0] != 0 && head[1] == 0);
        return little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    /** The next character, which is passed; -1 at the end. */
    int next() throws IOException, InterruptedException {
        return position < limit || fill() ? buffer[position++] : -1;
    }

    /** The next character, which stays; -1 at the end. */
    int peek() throws IOException, InterruptedException {
        return position < limit || fill() ? buffer[position] : -1;
    }

    private boolean fill() throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the counting of files was interrupted");
        }
        boolean first = before + limit == 0;
        before += limit;
        position = 0;
        limit = Math.max(0, reader.read(buffer, 0, buffer.length));
        if (first && limit > 0 && buffer[0] == '\ufeff') {
            position = 1;
        }
        counts.progress(doing, before, 0);
        return position < limit || limit == 1 && position == 1 && fill();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
