package eider.web.figures;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Which business days are meant.
 *
 * @param from the first; null for as far back as there is
 * @param to the last, included; null for as new as there is
 */
public record Range(LocalDate from, LocalDate to) {
    public static final Range ALL = new Range(null, null);

    public Range {
        if (from != null && to != null && from.isAfter(to)) {
            throw new IllegalArgumentException("'from' lies after 'to': give the earlier day first.");
        }
    }

    /**
     * @param from as {@code 2026-01-31}; null or empty for none
     * @throws IllegalArgumentException with a sentence for the person who asked
     */
    public static Range of(String from, String to) {
        return new Range(day("from", from).orElse(null), day("to", to).orElse(null));
    }

    private static Optional<LocalDate> day(String name, String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.parse(text.strip()));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + name + "' is no day: write it as 2026-01-31.", e);
        }
    }
}
