package eider.demo;

import java.math.BigDecimal;
import java.util.List;

/**
 * Something the demo shop sells.
 *
 * @param price what a piece costs at first, in the base currency
 * @param stock pieces on the shelf
 * @param weight how often it is bought beside the others
 * @param most how many a customer takes at most
 * @param peak the month in which it sells best
 */
record Product(String name, String category, BigDecimal price, int stock, int weight, int most, int peak) {
    static final List<Product> ALL = List.of(
            new Product("Laptop Pro 14", "Electronics", new BigDecimal("1349.00"), 64, 13, 3, 9),
            new Product("Monitor 27 Inch", "Electronics", new BigDecimal("329.00"), 118, 15, 4, 11),
            new Product("Wireless Mouse", "Accessories", new BigDecimal("34.90"), 640, 24, 12, 12),
            new Product("Mechanical Keyboard", "Accessories", new BigDecimal("89.00"), 310, 17, 6, 12),
            new Product("Standing Desk", "Furniture", new BigDecimal("549.00"), 42, 7, 3, 1),
            new Product("Ergonomic Chair", "Furniture", new BigDecimal("289.00"), 75, 9, 5, 9),
            new Product("Project Planner Licence", "Software", new BigDecimal("119.00"), 10_000, 9, 20, 1),
            new Product("Backup Suite Licence", "Software", new BigDecimal("59.00"), 10_000, 6, 15, 3));
}
