package eider.store;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long what is over is kept: before-images, by which loads are taken back, and what left quarantine. What is in quarantine, and what somebody mended, is always kept.
 *
 * @param images how long a load can be taken back; zero: for good
 * @param mostImages how many bytes of the disk images may take; 0: any number
 * @param resolved how long rows that left quarantine, and results of rules, are kept; zero: for good
 */
public record Retention(Duration images, long mostImages, Duration resolved) {
    public static final Retention DEFAULT = new Retention(Duration.ofDays(30), 0, Duration.ofDays(365));
    private static final Logger log = LoggerFactory.getLogger(Retention.class);
    private static final Pattern SIZE = Pattern.compile("\\s*(\\d+(?:\\.\\d+)?)\\s*([KMGTkmgt])(?:i?[Bb])?\\s*");

    static Retention of(StoreConfig config) {
        long most = config.keep__images__size().isBlank() ? 0 : bytes(config.keep__images__size());
        if (most < 0) {
            log.error("config/store.cfg: keep_images_size = {} is no size: write it like 2GB; images are not limited by size until then", config.keep__images__size());
        }
        return new Retention(Duration.ofDays(Math.max(0, config.keep__images__days())), Math.max(0, most), Duration.ofDays(Math.max(0, config.keep__resolved__days())));
    }

    /** Forgets what is older, or more, than is to be kept; tells how many rows. */
    long apply(Sql sql, Instant now) throws SQLException {
        long gone = Images.forget(sql, images.isZero() ? null : now.minus(images), mostImages, now);
        if (gone > 0) {
            log.info("{} images of rows that loads had replaced or removed are forgotten (keep_images_days, keep_images_size)", gone);
        }
        long left = resolved.isZero() ? 0 : Ledger.prune(sql, now.minus(resolved));
        if (left > 0) {
            log.info("{} rows that had left quarantine and results of rules, older than {} days, are forgotten (keep_resolved_days)", left, resolved.toDays());
        }
        return gone + left;
    }

    /** A size such as 768MB in bytes; negative where it is none. */
    static long bytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            return -1;
        }
        long unit = switch (size.group(2).toUpperCase(Locale.ROOT).charAt(0)) {
            case 'K' -> 1L << 10;
            case 'M' -> 1L << 20;
            case 'G' -> 1L << 30;
            default -> 1L << 40;
        };
        return (long) (Double.parseDouble(size.group(1)) * unit);
    }
}
