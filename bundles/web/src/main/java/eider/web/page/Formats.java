package eider.web.page;

import eider.web.figures.Figures;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.Locale;

/**
 * Numbers and dates as the reader writes them. One request, one thread.
 *
 * @see #moment for the zone
 */
public final class Formats {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Locale locale;
    private final NumberFormat money;
    private final NumberFormat count;
    private final DateTimeFormatter day;

    /** @param currency ISO 4217; null where amounts stand without one */
    public Formats(Locale locale, String currency) {
        this.locale = locale;
        this.money = currency == null ? NumberFormat.getNumberInstance(locale) : NumberFormat.getCurrencyInstance(locale);
        int digits = 2;
        if (currency != null) {
            Currency known = known(currency);
            if (known != null) {
                money.setCurrency(known);
                digits = Math.max(0, known.getDefaultFractionDigits());
            }
        }
        money.setMinimumFractionDigits(digits);
        money.setMaximumFractionDigits(digits);
        money.setRoundingMode(RoundingMode.HALF_UP);
        this.count = NumberFormat.getNumberInstance(locale);
        count.setMaximumFractionDigits(2);
        count.setRoundingMode(RoundingMode.HALF_UP);
        this.day = DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).withLocale(locale);
    }

    private static Currency known(String code) {
        return Currency.getAvailableCurrencies().stream().filter(currency -> currency.getCurrencyCode().equals(code)).findFirst().orElse(null);
    }

    public String language() {
        return locale.toLanguageTag();
    }

    public String money(BigDecimal amount) {
        return money.format(amount);
    }

    public String average(Figures.Sum sum) {
        return sum.average().map(this::money).orElse("–");
    }

    public String count(long number) {
        return count.format(number);
    }

    public String units(BigDecimal number) {
        return count.format(number);
    }

    public String day(LocalDate date) {
        return day.format(date);
    }

    /** In UTC, and says so; the page's script puts the reader's own zone in its place. */
    public String moment(Instant at) {
        return MOMENT.format(at);
    }

    /** For the {@code datetime} attribute, from which the script reads. */
    public String machine(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
