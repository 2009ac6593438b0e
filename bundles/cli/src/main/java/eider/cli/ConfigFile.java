package eider.cli;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A configuration file with the line of each entry. The syntax is that of {@link Properties}, which reads each entry; only the lines are counted
 * here, as it forgets them.
 *
 * @param entries as they stand, a key perhaps twice
 * @param problems what could not be read
 */
record ConfigFile(List<Entry> entries, List<Problem> problems) {

    /** {@code key = value}, and the line (from 1) where it begins. */
    record Entry(int line, String key, String value) {}

    /** What is wrong on a line; line 0 is the file as a whole. */
    record Problem(int line, String sentence) {}

    static ConfigFile read(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            return new ConfigFile(List.of(), List.of(new Problem(line, "this is not UTF-8; save the file in UTF-8.")));
        }
        String text = out.flip().toString();
        if (text.startsWith("\ufeff")) {
            return new ConfigFile(List.of(), List.of(new Problem(1,
                    "the file begins with a byte order mark, which becomes part of the first option's name;"
                    + " save it as UTF-8 without one.")));
        }
        return parse(text);
    }

    private static ConfigFile parse(String text) {
        List<Entry> entries = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].stripLeading();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
                continue;
            }
            int first = i + 1;
            StringBuilder entry = new StringBuilder(line);
            while (continues(entry) && i + 1 < lines.length) {
                entry.setLength(entry.length() - 1);
                entry.append(lines[++i].stripLeading());
            }
            int dropped = droppedBackslash(entry);
            if (dropped >= 0) {
                problems.add(new Problem(first, "the backslash before '" + entry.charAt(dropped + 1) + "' is dropped when the file is read; write \\\\ for a backslash."));
            }
            try {
                Properties one = new Properties();
                one.load(new StringReader(entry.toString()));
                one.stringPropertyNames().forEach(key -> entries.add(new Entry(first, key, one.getProperty(key))));
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(first, "a \\u must be followed by four hexadecimal digits; write \\\\ for a backslash."));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ConfigFile(entries, problems);
    }

    /** Where a backslash stands that means nothing to {@link Properties}: in a pattern or a path it was meant. Negative where there is none. */
    private static int droppedBackslash(CharSequence entry) {
        for (int i = 0; i + 1 < entry.length(); i++) {
            if (entry.charAt(i) == '\\') {
                if ("tnrfu\\:=#!\"' ".indexOf(entry.charAt(i + 1)) < 0) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private static boolean continues(CharSequence line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }
}
