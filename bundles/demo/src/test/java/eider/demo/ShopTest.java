package eider.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ShopTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 3, 1);
    private static final LocalDate OPENED = TODAY.minusYears(2);
    private static final List<Sale> ALL = rows(OPENED, TODAY);

    @Test
    void thereAreAboutFiftyThousandRowsWhateverTheDay() {
        assertThat(ALL.size()).isBetween(45_000, 55_000);
        LocalDate later = OPENED.plusYears(7).plusMonths(5);
        assertThat(rows(later, later.plusYears(2)).size()).isBetween(45_000, 55_000);
    }

    @Test
    void theSameDayIsTheSameToTheCentWhereverOneBegins() {
        LocalDate day = LocalDate.of(2025, 11, 28);
        List<Sale> expected = ALL.stream().filter(sale -> sale.date().equals(day)).toList();

        assertThat(new Shop(OPENED).day(day)).isEqualTo(expected);
        // written down once: a change of the generator is a change of everybody's demo
        assertThat(ALL.getFirst().id()).isEqualTo("D20240301-1-1");
        assertThat(ALL.stream().map(Sale::net).reduce(BigDecimal.ZERO, BigDecimal::add)).isEqualByComparingTo(new BigDecimal("19394489.45"));
    }

    @Test
    void everyRowHasAnIdOfItsOwn() {
        assertThat(ALL.stream().map(Sale::id).distinct().count()).isEqualTo(ALL.size());
    }

    @Test
    void allProductsRegionsCategoriesAndAccountsSell() {
        assertThat(count(sale -> sale.product().name())).hasSize(8);
        assertThat(count(sale -> sale.product().category())).containsOnlyKeys("Electronics", "Accessories", "Furniture", "Software");
        assertThat(count(Sale::region)).containsOnlyKeys("North America", "Europe", "Asia Pacific", "Latin America");
        assertThat(count(Sale::userId)).containsOnlyKeys("1", "2", "3");
        assertThat(count(sale -> sale.product().name()).values()).allMatch(rows -> rows > 1_000);
    }

    @Test
    void aFewSalesComeBackAfterwardsAndExactly() {
        Map<String, Sale> sales = ALL.stream().filter(sale -> sale.kind().equals("sale")).collect(Collectors.toMap(Sale::id, Function.identity()));
        List<Sale> refunds = ALL.stream().filter(sale -> sale.kind().equals("refund")).toList();

        assertThat((double) refunds.size() / sales.size()).isBetween(0.01, 0.03);
        assertThat(refunds).allSatisfy(refund -> {
            Sale sale = sales.get(refund.id().substring(0, refund.id().length() - 2));
            assertThat(refund.date()).isAfter(sale.date());
            assertThat(refund.net()).isEqualTo(sale.net().negate());
            assertThat(refund.quantity()).isEqualTo(-sale.quantity()).isNegative();
        });
    }

    @Test
    void amountsAddUp() {
        assertThat(ALL).allSatisfy(sale -> {
            assertThat(sale.gross()).isEqualTo(sale.unitPrice().multiply(BigDecimal.valueOf(sale.quantity())));
            assertThat(sale.unitPrice()).isPositive();
            assertThat(sale.net().scale()).isEqualTo(2);
        });
    }

    @Test
    void theCurveLooksLikeAShop() {
        assertThat(lines(sale -> sale.date().getDayOfWeek() == DayOfWeek.FRIDAY))
                .isGreaterThan(lines(sale -> sale.date().getDayOfWeek() == DayOfWeek.SUNDAY) * 3 / 2);
        assertThat(lines(sale -> sale.date().getMonth() == Month.DECEMBER))
                .isGreaterThan(lines(sale -> sale.date().getMonth() == Month.AUGUST) * 4 / 3);
        assertThat(lines(sale -> sale.date().isBefore(OPENED.plusYears(1))))
                .isLessThan(lines(sale -> !sale.date().isBefore(OPENED.plusYears(1))) * 9 / 10);
        long blackFriday = lines(sale -> sale.date().equals(LocalDate.of(2025, 11, 28)));
        assertThat(blackFriday).isGreaterThan(lines(sale -> sale.date().equals(LocalDate.of(2025, 11, 21))) * 3 / 2);
    }

    private static List<Sale> rows(LocalDate opened, LocalDate until) {
        Shop shop = new Shop(opened);
        return opened.datesUntil(until).flatMap(day -> shop.day(day).stream()).toList();
    }

    private static long lines(Predicate<Sale> which) {
        return ALL.stream().filter(which).count();
    }

    private static Map<String, Long> count(Function<Sale, String> by) {
        return ALL.stream().collect(Collectors.groupingBy(by, Collectors.counting()));
    }
}
