package eider.web.figures;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The figures of a range of days, all from one statement and so from one state of the store.
 *
 * @param total over all days
 * @param days those on which anything was booked, oldest first
 * @param regions with the highest sales first; at most {@link #MOST_REGIONS}
 * @param others what the regions beyond that add up to; null if there are none
 * @param othersCount how many they are
 * @param currency ISO 4217; null where rows name none, or several
 * @param version of the store that they were read from, see {@code Queries.version()}
 */
public record Figures(Sum total, List<Day> days, List<Region> regions, Sum others, int othersCount, String currency, long version) {
    public static final int MOST_REGIONS = 20;

    public Figures {
        days = List.copyOf(days);
        regions = List.copyOf(regions);
    }

    /**
     * @param sales the money, refunds and adjustments taken off
     * @param transactions sold lines; refunds and adjustments lower the sales but are no transactions
     * @param units how many pieces
     */
    public record Sum(BigDecimal sales, long transactions, BigDecimal units) {
        public static final Sum NOTHING = new Sum(BigDecimal.ZERO, 0, BigDecimal.ZERO);

        /** Sales per transaction, rounded once, here, to the ten-thousandth; empty where there was no transaction. */
        public Optional<BigDecimal> average() {
            return transactions == 0 ? Optional.empty() : Optional.of(sales.divide(BigDecimal.valueOf(transactions), 4, RoundingMode.HALF_UP));
        }

        Sum plus(Sum other) {
            return new Sum(sales.add(other.sales), transactions + other.transactions, units.add(other.units));
        }
    }

    public record Day(LocalDate date, Sum sum) {}

    /** @param name as the source gave it, any text; null for rows without one */
    public record Region(String name, Sum sum) {}

    /** Whether nothing was ever booked in these days. */
    public boolean empty() {
        return days.isEmpty() && regions.isEmpty();
    }
}
