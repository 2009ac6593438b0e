package eider.files;

import eider.connector.SourceException;
import eider.kit.Options;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Map;

/**
 * A date format as people write it, {@code dd.MM.yyyy HH:mm}, for Java and for the store.
 *
 * @param text as it was given
 * @param strftime the same for the store
 * @param formatter the same for cells of a workbook
 */
record DatePattern(String text, String strftime, DateTimeFormatter formatter) {
    private static final Map<String, String> PARTS = Map.ofEntries(Map.entry("yyyy", "%Y"), Map.entry("yy", "%y"), Map.entry("MM", "%m"),
            Map.entry("M", "%m"),
            Map.entry("MMM", "%b"), Map.entry("MMMM", "%B"), Map.entry("dd", "%d"), Map.entry("d", "%d"), Map.entry("HH", "%H"), Map.entry("H", "%H"),
            Map.entry("hh", "%I"), Map.entry("h", "%I"), Map.entry("mm", "%M"), Map.entry("m", "%M"), Map.entry("ss", "%S"), Map.entry("s", "%S"),
            Map.entry("SSS", "%g"), Map.entry("SSSSSS", "%f"), Map.entry("a", "%p"), Map.entry("EEE", "%a"), Map.entry("EEEE", "%A"), Map.entry("xx",
                    "%z"));

    static DatePattern of(String text) throws SourceException {
        StringBuilder strftime = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                int end = i;
                while (end < text.length() && text.charAt(end) == c) {
                    end++;
                }
                String part = PARTS.get(text.substring(i, end));
                if (part == null) {
                    throw Options.wrong("date_format", "'" + text.substring(i, end) + "' is not understood. Write the day as dd, the month as MM "
                            + "(MMM for Jan), "
                            + "the year as yyyy or yy, the time as HH:mm:ss or hh:mm a, for instance dd.MM.yyyy.");
                }
                strftime.append(part);
                i = end;
            } else {
                strftime.append(c == '%' ? "%%" : String.valueOf(c));
                i++;
            }
        }
        if (!strftime.toString().contains("%d") || !strftime.toString().toLowerCase(Locale.ROOT).contains("%y")) {
            throw Options.wrong("date_format", "'" + text + "' lacks the day (dd) or the year (yyyy), for instance dd.MM.yyyy.");
        }
        try {
            return new DatePattern(text, strftime.toString(), DateTimeFormatter.ofPattern(text.replace("'", "''"), Locale.ENGLISH));
        } catch (IllegalArgumentException e) {
            throw Options.wrong("date_format", "'" + text + "' is not understood: " + e.getMessage() + ".");
        }
    }

    /** The day or time that {@code cell} writes, or null if it writes none in this format. */
    LocalDateTime read(String cell) {
        try {
            TemporalAccessor parsed = formatter.parseBest(cell.strip(), LocalDateTime::from, LocalDate::from);
            return parsed instanceof LocalDate day ? day.atStartOfDay() : (LocalDateTime) parsed;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
