package eider.sync.tape;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes secrets out of whatever is written into one recording. First every form of the secrets that it was told of, wherever they stand; then the values of parameters and
 * members whose names tell that they are secret ({@link SecretNames}). Works on streams of bytes, so that it matters neither how long a text is nor where its pieces end.
 *
 * <p>In place of a secret stands a mark, {@code redacted-} and twelve letters. The same secret has the same mark throughout a recording, so that what is asked with a value
 * that came in an answer is still found when it is replayed. The letters come from a random key that is kept nowhere: nobody can try out what they stand for. Marks stand in
 * JSON, addresses and forms without an escape, and are not redacted again. Any thread.
 */
public final class Redaction {
    /** A mark, wherever it stands. */
    static final Pattern MARK = Pattern.compile("redacted-[0-9a-f]{12}");
    private static final String MARKED = "redacted-";
    private static final int MARK_LENGTH = MARKED.length() + 12;
    private static final int LEAST = 4;
    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_SEPARATOR = 24;
    private static final int LONGEST_LINE_OF_SECRET = 16;
    private static final int FIRSTS = 1 << 16;
    private static final int WINDOW = 1 << 15;
    /** Characters of a value that is hidden everywhere because of the name that it had once. */
    private static final int LONG = 8;
    private static final Pattern PARAMETER = Pattern.compile("(?<=[?&\\n])([A-Za-z0-9_.\\-\\[\\]]{2,80})=([^&#\\s]{1,8192})");
    private static final Pattern MEMBER = Pattern.compile("\"([A-Za-z0-9_.\\-]{2,80})\"\\s{0,8}:\\s{0,8}\"((?:[^\"\\\\]|\\\\.){1,8192})\"");
    private static final SecretNames NAMES = new SecretNames();

    /** A form of a secret and what takes its place. */
    private record Form(byte[] bytes, byte[] mark) {}

    /** All forms, by their first two bytes; replaced as a whole when there is another secret. */
    private record Forms(List<Form> all, Form[][] byFirst, int longest) {
        static final Forms NONE = new Forms(List.of(), new Form[0][], 0);

        boolean none() {
            return all.isEmpty();
        }

        boolean in(byte[] text) {
            for (int at = 0; !none() && at < text.length - 1; at++) {
                if (at(text, at, text.length) != null) {
                    return true;
                }
            }
            return false;
        }

        /** The form that begins here, or null. */
        Form at(byte[] text, int at, int end) {
            if (at + 1 >= end) {
                return null;
            }
            Form[] candidates = byFirst[(text[at] & 0xff) << 8 | text[at + 1] & 0xff];
            if (candidates != null) {
                for (Form form : candidates) {
                    if (at + form.bytes.length <= end && Arrays.equals(text, at, at + form.bytes.length, form.bytes, 0, form.bytes.length)) {
                        return form;
                    }
                }
            }
            return null;
        }
    }

    private final byte[] key = new byte[32];
    private final Set<String> secrets = new HashSet<>();
    private volatile Forms forms = Forms.NONE;

    public Redaction() {
        new SecureRandom().nextBytes(key);
    }

    /** How many secrets it knows. */
    synchronized int secrets() {
        return secrets.size();
    }

    /** From now on no usual form of this text passes. */
    public synchronized void hide(String secret) {
        if (secret == null || secret.strip().length() < LEAST || MARK.matcher(secret.strip()).matches() || !secrets.add(secret)) {
            return;
        }
        Set<String> found = new LinkedHashSet<>();
        String whole = secret.strip();
        spell(found, whole);
        String[] parts = whole.split("\\s+", 2);
        if (parts.length == 2 && parts[0].chars().allMatch(Character::isLetter)) {
            spell(found, parts[1]);
            if (parts[0].equalsIgnoreCase("Basic")) {
                spellPassword(found, parts[1]);
            }
        }
        if (whole.indexOf('\n') >= 0) {
            whole.lines().map(String::strip).filter(line -> line.length() >= LONGEST_LINE_OF_SECRET && !line.startsWith("-----")).forEach(line -> spell(found, line));
        }
        byte[] mark = mark(whole.getBytes(StandardCharsets.UTF_8));
        List<Form> all = new ArrayList<>(forms.all);
        found.forEach(form -> all.add(new Form(form.getBytes(StandardCharsets.UTF_8), mark)));
        // The longer first: the shorter may be a part of it.
        all.sort(Comparator.comparingInt((Form form) -> form.bytes.length).reversed());
        Form[][] byFirst = new Form[FIRSTS][];
        for (Form form : all) {
            int first = (form.bytes[0] & 0xff) << 8 | form.bytes[1] & 0xff;
            Form[] others = byFirst[first];
            byFirst[first] = others == null ? new Form[] {form} : Arrays.copyOf(others, others.length + 1);
            byFirst[first][byFirst[first].length - 1] = form;
        }
        forms = new Forms(all, byFirst, all.getFirst().bytes.length);
    }

    /**
     * Hides what a question gives under a secret name, wherever else it stands: a key that goes in the query is told back in a body under another name. Short values are not,
     * which may be words.
     */
    void hideNamed(String asked) {
        if (asked.length() > Limit.QUESTION) {
            return;
        }
        Matcher parameter = PARAMETER.matcher(asked);
        while (parameter.find()) {
            if (NAMES.secret(parameter.group(1), true)) {
                try {
                    hideLong(URLDecoder.decode(parameter.group(2), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    // Not escaped as addresses are; then it is what it is.
                    hideLong(parameter.group(2));
                }
            }
        }
        Matcher member = MEMBER.matcher(asked);
        while (member.find()) {
            if (NAMES.secret(member.group(1), true)) {
                hideLong(member.group(2).replace("\\/", "/").replace("\\\"", "\"").replace("\\\\", "\\"));
            }
        }
    }

    private void hideLong(String value) {
        if (value.length() >= LONG && !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            hide(value);
        }
    }

    private static void spellPassword(Set<String> forms, String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            spell(forms, pair);
            spell(forms, pair.substring(pair.indexOf(':') + 1));
        } catch (IllegalArgumentException e) {
            // It is no Base64; then the text as it is, which is among the forms, is all there is.
            forms.add(encoded);
        }
    }

    private static void spell(Set<String> forms, String secret) {
        if (secret.length() < LEAST) {
            return;
        }
        forms.add(secret);
        String query = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        String path = query.replace("+", "%20");
        for (String escaped : List.of(query, path, path.replace("%7E", "~").replace("*", "%2A"), URLEncoder.encode(query, StandardCharsets.UTF_8),
                URLEncoder.encode(path, StandardCharsets.UTF_8))) {
            forms.add(escaped);
            forms.add(lowerEscapes(escaped));
        }
        String json = json(secret, false);
        forms.add(json);
        forms.add(json.replace("/", "\\/"));
        forms.add(json(secret, true));
        forms.add(json(secret, true).replace("/", "\\/"));
        forms.add(json(json, false));
        forms.add(secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;"));
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        forms.add(Base64.getEncoder().encodeToString(bytes));
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private static String lowerEscapes(String encoded) {
        return Pattern.compile("%[0-9A-F]{2}").matcher(encoded).replaceAll(escape -> escape.group().toLowerCase(Locale.ROOT));
    }

    /** @param fully also what need not be escaped, as some writers of JSON do */
    private static String json(String text, boolean fully) {
        StringBuilder json = new StringBuilder();
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ' || fully && (c > '~' || "<>&='+".indexOf(c) >= 0)) {
                        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.toString();
    }

    private byte[] mark(byte[] secret) {
        MessageDigest digest = digest();
        digest.update(secret);
        return mark(digest);
    }

    private byte[] mark(MessageDigest digest) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            StringBuilder mark = new StringBuilder(MARKED);
            byte[] sum = mac.doFinal(digest.digest());
            for (int i = 0; i < 6; i++) {
                mark.append(String.format(Locale.ROOT, "%02x", sum[i]));
            }
            return mark.toString().getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether the name of an option, a field or a member tells that its value is a secret. */
    public static boolean isSecretName(String name) {
        return NAMES.secret(name, false);
    }

    /** The mark that stands for this value. */
    String marked(String value) {
        return MARK.matcher(value).matches() ? value : new String(mark(value.getBytes(StandardCharsets.UTF_8)), StandardCharsets.US_ASCII);
    }

    /** A text without its secrets. */
    public String without(String text) {
        return without(text, false);
    }

    String withoutOrNull(String text) {
        return text == null ? null : without(text);
    }

    /** @param question whether it is something that was asked, where shorter names are secrets too */
    String without(String text, boolean question) {
        if (text.length() < LEAST) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (text.indexOf('=') < 0 && text.indexOf(':') < 0 && !forms.in(bytes)) {
            // Most values of rows; a secret with a name has a sign between the two.
            return text;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 16);
        try (OutputStream stream = stream(out, question, bytes.length)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can be written to", e);
        }
        byte[] clean = out.toByteArray();
        return Arrays.equals(clean, bytes) ? text : new String(clean, StandardCharsets.UTF_8);
    }

    /** What is written here arrives in {@code out} without its secrets; closing it writes the rest and leaves {@code out} open. */
    OutputStream stream(OutputStream out, boolean question) {
        return stream(out, question, WINDOW);
    }

    private OutputStream stream(OutputStream out, boolean question, int expected) {
        Forms now = forms;
        OutputStream named = new Named(out, question);
        return now.none() ? named : new Known(named, now, Math.min(WINDOW, expected));
    }

    /** Takes the known forms out. Holds back as many bytes as the longest of them has. */
    private static final class Known extends FilterOutputStream {
        private final Forms forms;
        private final byte[] window;
        private int length;

        Known(OutputStream out, Forms forms, int window) {
            super(out);
            this.forms = forms;
            this.window = new byte[Math.max(window, 4 * forms.longest)];
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            int done = 0;
            while (done < count) {
                int n = Math.min(count - done, window.length - length);
                System.arraycopy(bytes, from + done, window, length, n);
                length += n;
                done += n;
                if (length == window.length) {
                    pass(length - forms.longest + 1);
                }
            }
        }

        /** Lets everything go that begins before {@code end}. */
        private void pass(int end) throws IOException {
            int at = 0;
            int written = 0;
            while (at < end) {
                Form form = forms.at(window, at, length);
                if (form == null) {
                    at++;
                } else {
                    out.write(window, written, at - written);
                    out.write(form.mark);
                    at += form.bytes.length;
                    written = at;
                }
            }
            out.write(window, written, at - written);
            System.arraycopy(window, at, window, 0, length - at);
            length -= at;
        }

        @Override
        public void close() throws IOException {
            pass(length);
            out.close();
        }
    }

    /** Takes the values out whose names tell that they are secret: {@code "name": "value"}, {@code name=value}, also where JSON stands escaped in JSON. */
    private final class Named extends OutputStream {
        private enum State { TEXT, SEPARATOR, QUOTED, BARE, NESTED, NESTED_QUOTED }

        private final OutputStream out;
        private final boolean question;
        private final byte[] name = new byte[LONGEST_NAME];
        private final byte[] begun = new byte[MARK_LENGTH];
        private State state = State.TEXT;
        private int nameLength;
        /** Between the name and its value: how much, the quotes and backslashes of it, and whether the {@code :} or {@code =} was there. */
        private int separatorLength;
        private int backslashes;
        private byte separator;
        private boolean nameQuoted;
        private byte quote;
        /** How many backslashes stand before the quotes around the value. */
        private int level;
        private int run;
        private int depth;
        private MessageDigest digest;
        private int valueLength;
        private boolean digits;

        Named(OutputStream out, boolean question) {
            this.out = out;
            this.question = question;
        }

        @Override
        public void write(int b) throws IOException {
            next((byte) b);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            int plain = from;
            for (int i = from; i < from + count; i++) {
                if (state == State.TEXT) {
                    // What is no part of a value goes out in one piece.
                    text(bytes[i]);
                    if (state == State.TEXT) {
                        continue;
                    }
                    out.write(bytes, plain, i + 1 - plain);
                } else {
                    next(bytes[i]);
                }
                plain = i + 1;
            }
            out.write(bytes, plain, from + count - plain);
        }

        private void next(byte b) throws IOException {
            switch (state) {
                case TEXT -> {
                    text(b);
                    out.write(b);
                }
                case SEPARATOR -> separator(b);
                case QUOTED -> quoted(b, State.TEXT);
                case BARE -> bare(b);
                case NESTED -> nested(b);
                case NESTED_QUOTED -> quoted(b, State.NESTED);
            }
        }

        private static boolean inName(byte b) {
            return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.';
        }

        /** Looks at a byte of the text; the state changes after the last one of a secret's name and the first one of what parts it from its value. */
        private void text(byte b) {
            if (inName(b)) {
                if (nameLength < LONGEST_NAME) {
                    name[nameLength] = b;
                }
                nameLength++;
                return;
            }
            int length = nameLength;
            nameLength = 0;
            if (length < 3 || length > LONGEST_NAME || b != '"' && b != '\'' && b != '\\' && b != '=' && b != ':' && b != ' ') {
                return;
            }
            String named = new String(name, 0, length, StandardCharsets.US_ASCII);
            // A \u0026 before it is an ampersand.
            if (NAMES.secret(named.startsWith("u0026") || named.startsWith("u003f") ? named.substring(5) : named, question)) {
                state = State.SEPARATOR;
                separatorLength = 1;
                separator = b == '=' || b == ':' ? b : 0;
                nameQuoted = b == '"' || b == '\'';
                backslashes = b == '\\' ? 1 : 0;
            }
        }

        private void separator(byte b) throws IOException {
            boolean space = b == ' ' || b == '\t' || b == '\r' || b == '\n';
            if (++separatorLength > LONGEST_SEPARATOR) {
                leave(b);
            } else if (separator == 0) {
                if (b == ':' || b == '=') {
                    separator = b;
                    backslashes = 0;
                    out.write(b);
                } else if (space || b == '\\') {
                    out.write(b);
                } else if (b == '"' || b == '\'') {
                    nameQuoted = true;
                    out.write(b);
                } else {
                    leave(b);
                }
            } else if (space && (separator == ':' || nameQuoted)) {
                out.write(b);
            } else if (b == '\\') {
                backslashes++;
                out.write(b);
            } else if (b == '"' || b == '\'') {
                quote = b;
                level = backslashes;
                begin(State.QUOTED);
                out.write(b);
            } else if ((b == '{' || b == '[') && nameQuoted) {
                depth = 1;
                state = State.NESTED;
                out.write(b);
            } else if (separator == ':' && !nameQuoted || !bareByte(b)) {
                // "password: see the manual" in a note is no value of ours; a member without quotes around its name is no JSON.
                leave(b);
            } else {
                begin(State.BARE);
                bare(b);
            }
        }

        private void leave(byte b) throws IOException {
            state = State.TEXT;
            text(b);
            out.write(b);
        }

        private void begin(State next) {
            state = next;
            run = 0;
            digest = digest();
            valueLength = 0;
            digits = true;
        }

        private void take(byte b) {
            if (valueLength < begun.length) {
                begun[valueLength] = b;
            }
            valueLength++;
            digits &= b >= '0' && b <= '9' || b == '-' || b == '.' || b == '+' || b == 'e' || b == 'E';
            digest.update(b);
        }

        private void quoted(byte b, State after) throws IOException {
            if (b == '\\') {
                run++;
                take(b);
                return;
            }
            boolean end = b == quote && (level == 0 ? run % 2 == 0 : run <= level);
            if (!end) {
                run = 0;
                take(b);
                return;
            }
            // The backslashes before the closing quote belong to it.
            int tail = level == 0 ? 0 : Math.min(run, level);
            put();
            for (int i = 0; i < tail; i++) {
                out.write('\\');
            }
            out.write(b);
            state = after;
        }

        private static boolean bareByte(byte b) {
            return b > ' ' && "&;,\"'<>{}[]()#\\".indexOf(b) < 0 || b < 0;
        }

        private void bare(byte b) throws IOException {
            if (bareByte(b)) {
                take(b);
                return;
            }
            put();
            state = State.TEXT;
            text(b);
            out.write(b);
        }

        private void nested(byte b) throws IOException {
            switch (b) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> {
                    quote = b;
                    level = 0;
                    begin(State.NESTED_QUOTED);
                }
                default -> { }
            }
            out.write(b);
            if (depth == 0) {
                state = State.TEXT;
            }
        }

        private void put() throws IOException {
            if (valueLength == 0) {
                return;
            }
            String value = new String(begun, 0, Math.min(valueLength, begun.length), StandardCharsets.ISO_8859_1);
            boolean word = state == State.BARE && separator == ':';
            if (valueLength == MARK_LENGTH && MARK.matcher(value).matches() || word && (value.equals("null") || value.equals("true") || value.equals("false"))) {
                out.write(value.getBytes(StandardCharsets.ISO_8859_1));
            } else if (word && digits) {
                // It must stay a number, or the JSON around it breaks.
                byte[] mark = mark(digest);
                out.write(("1" + Long.toString(Long.parseLong(new String(mark, MARKED.length(), 8, StandardCharsets.US_ASCII), 16) % 100_000_000L + 100_000_000L)
                        .substring(1)).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(mark(digest));
            }
        }

        @Override
        public void close() throws IOException {
            switch (state) {
                case QUOTED, BARE, NESTED_QUOTED -> put();
                case TEXT, SEPARATOR, NESTED -> { }
            }
            state = State.TEXT;
        }
    }
}
