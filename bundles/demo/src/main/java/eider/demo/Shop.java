package eider.demo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A shop that never was. What it sold on a day depends on nothing but that day and the day on which it opened, so that every day can be made up
 * again alone and comes out the same, row by row: {@link Random} promises its sequence, and only {@code + - * /} work on it.
 *
 * <p>There is more to see than noise: weekends are quiet and Fridays busy, the weeks before Christmas carry the year and August sags, each product
 * has its month, Asia Pacific grows fastest, prices rise once a year, the last Friday of November brings discounts, and one sale in fifty comes back
 * within three weeks. For one thread.
 */
final class Shop {
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final double LINES_A_DAY = 53;
    private static final double GROWTH_A_YEAR = 0.22;
    private static final double DAYS_A_YEAR = 365.25;
    private static final int LONGEST_REFUND = 21;

    private static final List<String> REGIONS = List.of("North America", "Europe", "Asia Pacific", "Latin America");
    private static final double[] REGION_WEIGHTS = {38, 31, 17, 10};
    private static final double[] REGION_GROWTH = {0.00, 0.05, 0.45, 0.15};
    /** The hour (UTC) in which each region's business day begins. */
    private static final int[] REGION_MORNING = {13, 7, 0, 12};
    private static final List<String> CHANNELS = List.of("online", "store", "partner");
    private static final double[] CHANNEL_WEIGHTS = {62, 24, 14};
    /** Whose sale it is: the three accounts of the demo; the third sells most, being the one whose work it is. */
    private static final List<String> USERS = List.of("1", "2", "3");
    private static final double[] USER_WEIGHTS = {12, 33, 55};
    private static final String[] FIRST = {"Alder", "Birch", "Cedar", "Harbour", "Juniper", "Lantern", "Meadow", "Northern", "Quarry", "Silver",
            "Tidal", "Willow"};
    private static final String[] SECOND = {"Bakery", "Books", "Clinic", "Consulting", "Design", "Freight", "Gardens", "Hotel", "School", "Studio"};

    /** Monday to Sunday. */
    private static final double[] WEEKDAYS = {1.08, 1.05, 1.04, 1.10, 1.28, 0.82, 0.63};
    /** January to December. */
    private static final double[] MONTHS = {0.86, 0.85, 0.95, 0.97, 1.00, 0.95, 0.88, 0.82, 1.04, 1.05, 1.28, 1.40};

    private final LocalDate opened;
    /** The days that refunds may still come from, so that reading day after day makes each up once. */
    private final Map<LocalDate, List<Sale>> recent = new LinkedHashMap<>();

    Shop(LocalDate opened) {
        this.opened = opened;
    }

    /** Everything that was sold and given back on a day. */
    List<Sale> day(LocalDate day) {
        recent.keySet().removeIf(then -> then.isBefore(day.minusDays(LONGEST_REFUND)) || then.isAfter(day));
        List<Sale> all = new ArrayList<>(recent.computeIfAbsent(day, this::sold));
        for (int ago = LONGEST_REFUND; ago > 0; ago--) {
            LocalDate then = day.minusDays(ago);
            if (!then.isBefore(opened)) {
                for (Sale sale : recent.computeIfAbsent(then, this::sold)) {
                    if (daysUntilRefund(sale) == ago) {
                        all.add(sale.refundedOn(day));
                    }
                }
            }
        }
        return all;
    }

    private List<Sale> sold(LocalDate day) {
        Random random = random(day.toEpochDay());
        double years = ChronoUnit.DAYS.between(opened, day) / DAYS_A_YEAR;
        boolean sale = lastFridayOfNovember(day);
        double trend = LINES_A_DAY * (1 + GROWTH_A_YEAR * years);
        double expected = trend * WEEKDAYS[day.getDayOfWeek().getValue() - 1] * season(day) * (sale ? 2.1 : 1) * (0.88 + 0.24 * random.nextDouble());
        int lines = (int) (expected + random.nextDouble());
        List<Sale> sold = new ArrayList<>(lines);
        double[] products = productWeights(day);
        int order = 0;
        while (sold.size() < lines) {
            order++;
            int region = pick(random, regionWeights(years));
            String customer = FIRST[random.nextInt(FIRST.length)] + " " + SECOND[random.nextInt(SECOND.length)];
            String channel = CHANNELS.get(pick(random, CHANNEL_WEIGHTS));
            String user = USERS.get(pick(random, USER_WEIGHTS));
            int minute = REGION_MORNING[region] * 60 + random.nextInt(10 * 60);
            int ofOrder = Math.min(lines - sold.size(), 1 + pick(random, new double[] {72, 20, 8}));
            for (int line = 1; line <= ofOrder; line++) {
                Product product = Product.ALL.get(pick(random, products));
                int quantity = 1 + (int) (product.most() * random.nextDouble() * random.nextDouble() * random.nextDouble());
                BigDecimal price = price(product, (int) years);
                BigDecimal gross = price.multiply(BigDecimal.valueOf(quantity));
                BigDecimal share = BigDecimal.valueOf(sale ? 15 : random.nextInt(12) == 0 ? 10 : 0).movePointLeft(2);
                BigDecimal discount = gross.multiply(share).setScale(2, RoundingMode.HALF_EVEN);
                String orderId = "D" + day.toString().replace("-", "") + "-" + order;
                sold.add(new Sale(orderId + "-" + line, day, day.atStartOfDay(ZoneOffset.UTC).plusMinutes(minute).toInstant(), "sale", orderId,
                        customer, product, channel,
                        REGIONS.get(region), user, quantity, price, gross, discount));
            }
        }
        return sold;
    }

    /** 0 for a sale that stays sold. */
    private static int daysUntilRefund(Sale sale) {
        Random random = random(sale.id().hashCode() + 31L * sale.date().toEpochDay());
        return random.nextInt(50) == 0 ? 1 + random.nextInt(LONGEST_REFUND) : 0;
    }

    /** Mixed well: the first numbers of neighbouring seeds are alike. */
    private static Random random(long seed) {
        long mixed = (seed + SEED) * 0xBF58476D1CE4E5B9L;
        return new Random(mixed ^ (mixed >>> 29));
    }

    /** From the middle of each month to the middle of the next in a straight line. */
    private static double season(LocalDate day) {
        LocalDate middle = day.withDayOfMonth(15);
        LocalDate from = day.isBefore(middle) ? middle.minusMonths(1) : middle;
        double share = (double) ChronoUnit.DAYS.between(from, day) / ChronoUnit.DAYS.between(from, from.plusMonths(1));
        return MONTHS[from.getMonthValue() - 1] * (1 - share) + MONTHS[from.plusMonths(1).getMonthValue() - 1] * share;
    }

    private static boolean lastFridayOfNovember(LocalDate day) {
        return day.getMonth() == Month.NOVEMBER && day.getDayOfWeek() == DayOfWeek.FRIDAY && day.plusWeeks(1).getMonth() != Month.NOVEMBER;
    }

    private static double[] regionWeights(double years) {
        double[] weights = new double[REGION_WEIGHTS.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = REGION_WEIGHTS[i] * (1 + REGION_GROWTH[i] * years);
        }
        return weights;
    }

    private static double[] productWeights(LocalDate day) {
        return Product.ALL.stream().mapToDouble(product -> {
            int away = Math.floorMod(day.getMonthValue() - product.peak() + 6, 12) - 6;
            return product.weight() * (1.45 - 0.15 * Math.min(Math.abs(away), 4));
        }).toArray();
    }

    /** Three in a hundred more each year, but still a price that ends as prices do. */
    private static BigDecimal price(Product product, int years) {
        BigDecimal rise = BigDecimal.valueOf(100 + 3L * years).movePointLeft(2);
        BigDecimal ending = product.price().remainder(BigDecimal.ONE);
        return product.price().multiply(rise).setScale(0, RoundingMode.DOWN).add(ending).setScale(2, RoundingMode.UNNECESSARY);
    }

    private static int pick(Random random, double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double at = random.nextDouble() * sum;
        for (int i = 0; i < weights.length - 1; i++) {
            at -= weights[i];
            if (at < 0) {
                return i;
            }
        }
        return weights.length - 1;
    }
}
