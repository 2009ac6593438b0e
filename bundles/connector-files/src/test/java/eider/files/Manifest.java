package eider.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each of the nasty files holds, found out without this program; see the README beside manifest.tsv. */
final class Manifest {
    private static final Pattern ALSO = Pattern.compile("\\[(?:alt-verdict=|also: )(refuse:\\w+|load rows=(\\d+) quarantined=(\\d+) columns=\\d+ "
            + "hash=(\\w+))]");

    private Manifest() {
    }

    /**
     * A file.
     *
     * @param refusable whether refusing it is right
     * @param refused whether refusing it is the first answer
     * @param readings what loading it may give
     */
    record Entry(String path, boolean refused, boolean refusable, List<Reading> readings, String why) {
        boolean holds(Reading reading) {
            return readings.contains(reading);
        }
    }

    record Reading(long rows, long quarantined, String hash) {
    }

    static List<Entry> read() {
        List<Entry> entries = new ArrayList<>();
        try (InputStream in = Manifest.class.getResourceAsStream("/manifest.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).toList()) {
                entries.add(entry(line.split("\t", -1)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private static Entry entry(String[] cells) {
        boolean refused = cells[1].startsWith("refuse:");
        boolean refusable = refused;
        List<Reading> readings = new ArrayList<>();
        if (!refused) {
            String[] rows = cells[2].split("\\|");
            String[] quarantined = cells[3].split("\\|");
            String[] hashes = cells[5].split("\\|");
            for (int i = 0; i < hashes.length; i++) {
                readings.add(new Reading(Long.parseLong(rows[i]), Long.parseLong(quarantined[i]), hashes[i]));
            }
        }
        for (Matcher also = ALSO.matcher(cells[6]); also.find(); ) {
            if (also.group(1).startsWith("refuse:")) {
                refusable = true;
            } else {
                readings.add(new Reading(Long.parseLong(also.group(2)), Long.parseLong(also.group(3)), also.group(4)));
            }
        }
        return new Entry(cells[0], refused, refusable, List.copyOf(readings), cells[6]);
    }
}
