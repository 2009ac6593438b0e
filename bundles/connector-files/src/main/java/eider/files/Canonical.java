package eider.files;

import eider.connector.Field;
import eider.connector.Type;
import java.util.List;

/** A dataset whose fields are given, because a shipped model turns it into a canonical table. */
enum Canonical {
    SALES("sales", "Sales, one row per sold line or its correction", List.of(
            Field.required("date", Type.DATE, "The business day of the sale."),
            Field.of("occurred_at", Type.INSTANT, "When it happened."),
            Field.of("kind", Type.TEXT, "What it is: sale, refund, adjustment; told from the signs if empty."),
            Field.of("source_id", Type.TEXT, "What the row is called where it comes from."),
            Field.of("order_id", Type.TEXT, "The order that it belongs to."),
            Field.of("customer", Type.TEXT, "Who bought."),
            Field.of("product_name", Type.TEXT, "What was sold."),
            Field.of("category", Type.TEXT, "The category of the product."),
            Field.of("channel", Type.TEXT, "Where it was sold: web, shop, telephone."),
            Field.of("region", Type.TEXT, "The region that the sale counts for."),
            Field.of("user_id", Type.TEXT, "Whose sale it is; empty when nobody's."),
            Field.required("quantity", Type.MONEY, "How many were sold; negative for what came back."),
            Field.of("unit_price", Type.MONEY, "The price of one."),
            Field.of("gross", Type.MONEY, "The value before discounts."),
            Field.of("discount", Type.MONEY, "What was taken off."),
            Field.of("tax", Type.MONEY, "The tax within the total."),
            Field.of("shipping", Type.MONEY, "The shipping within the total."),
            Field.of("net", Type.MONEY, "The total without tax and shipping."),
            Field.required("total_amount", Type.MONEY, "What was paid, in the base currency; negative for a refund."),
            Field.of("currency", Type.TEXT, "The currency of the original amount."),
            Field.of("original_amount", Type.MONEY, "What was paid, in that currency."))),
    PRODUCTS("products", "Products with their prices and stock", List.of(
            Field.of("source_id", Type.TEXT, "What the product is called where it comes from."),
            Field.required("name", Type.TEXT, "The name of the product."),
            Field.of("category", Type.TEXT, "Its category."),
            Field.of("price", Type.MONEY, "Its price."),
            Field.of("currency", Type.TEXT, "The currency of the price."),
            Field.of("stock_quantity", Type.MONEY, "How many are in stock.")));

    private final String dataset;
    private final String description;
    private final List<Field> fields;

    Canonical(String dataset, String description, List<Field> fields) {
        this.dataset = dataset;
        this.description = description;
        this.fields = fields;
    }

    /** The one of this dataset name, or null for a table of its own. */
    static Canonical of(String dataset) {
        for (Canonical one : values()) {
            if (one.dataset.equals(dataset)) {
                return one;
            }
        }
        return null;
    }

    String dataset() {
        return dataset;
    }

    String description() {
        return description;
    }

    List<Field> fields() {
        return fields;
    }

    Field field(String name) {
        return fields.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
    }
}
