package eider.demo;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * A sold line, or its refund: then quantity and amounts are negative.
 *
 * @param id identifies it for good, whenever it is made up again
 * @param gross quantity times price
 * @param discount what was taken off it
 */
record Sale(String id, LocalDate date, Instant occurredAt, String kind, String orderId, String customer, Product product, String channel,
        String region, String userId,
        int quantity, BigDecimal unitPrice, BigDecimal gross, BigDecimal discount) {

    BigDecimal net() {
        return gross.subtract(discount);
    }

    Sale refundedOn(LocalDate day) {
        return new Sale(id + "-r", day, day.atTime(10, 0).toInstant(ZoneOffset.UTC), "refund", orderId, customer, product, channel, region, userId,
                -quantity, unitPrice,
                gross.negate(), discount.negate());
    }
}
