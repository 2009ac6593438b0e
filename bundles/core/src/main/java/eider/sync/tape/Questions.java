package eider.sync.tape;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** When a question that is asked in a replay is one that was asked when it was recorded. All questions were redacted before. */
final class Questions {
    private static final int SHOWN = 2_000;
    private static final Pattern ORIGIN = Pattern.compile("^([A-Z]{1,20} )https?://[^/?\\s]+");
    private static final Pattern MOMENT = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(?:(?:T|t|\\+|%20| )\\d{2}(?::|%3A|%3a)\\d{2}(?:(?::|%3A|%3a)\\d{2}(?:\\.\\d{1,9})?)?"
            + "(?:Z|z|(?:[+-]|%2B|%2b)\\d{2}(?::|%3A|%3a)?\\d{2})?)?");
    private static final Pattern EPOCH = Pattern.compile("(?<![0-9A-Za-z])1\\d{9}(?:\\d{3})?(?![0-9A-Za-z])");
    private static final Pattern UUID = Pattern.compile("(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** How closely two questions are the same, the closest first. */
    enum Likeness {
        /** Letter by letter. */
        EXACT,
        /** But for what was hidden: each recording hides in its own way. */
        HIDDEN,
        /** But for moments, days, identifiers of the request and the host: who asks for the last seven days asks for others next week. */
        TIMES
    }

    private Questions() {}

    static String shortened(String asked) {
        if (asked.length() <= Limit.QUESTION) {
            return asked;
        }
        return asked.substring(0, SHOWN) + "… (" + asked.length() + " characters, SHA-256 " + HexFormat.of().formatHex(sum(unmarked(asked))) + ")";
    }

    /** The same number for questions that are the same. */
    static long key(String asked, Likeness likeness) {
        String text = switch (likeness) {
            case EXACT -> asked;
            case HIDDEN -> unmarked(asked);
            case TIMES -> EPOCH.matcher(MOMENT.matcher(UUID.matcher(ORIGIN.matcher(unmarked(asked)).replaceFirst("$1")).replaceAll("id")).replaceAll("time")).replaceAll("time");
        };
        return ByteBuffer.wrap(sum(likeness + text)).getLong();
    }

    private static String unmarked(String text) {
        return Redaction.MARK.matcher(text).replaceAll("redacted");
    }

    /** A question as people are shown it. */
    static String shown(String asked) {
        String line = asked.lines().findFirst().orElse("");
        String first = line.length() > 300 ? line.substring(0, 300) + "…" : line;
        return asked.indexOf('\n') < 0 ? first : first + " (with a body)";
    }

    private static byte[] sum(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
