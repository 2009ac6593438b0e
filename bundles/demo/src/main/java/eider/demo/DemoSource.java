package eider.demo;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.Type;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The made-up shop as a source: two years of sales that end yesterday, and at each later sync the days since. The cursor is the day on which the
 * shop opened and the last day that was read: {@code 2024-03-01/2026-02-28}.
 */
final class DemoSource implements Source {
    private static final Dataset SALES = new Dataset("sales", "Every line that the made-up shop sold, and what came back.", List.of(
            Field.required("id", Type.TEXT, "Identifies the line."),
            Field.required("date", Type.DATE, "The business day."),
            Field.required("occurred_at", Type.INSTANT, "When it was sold."),
            Field.required("kind", Type.TEXT, "sale or refund."),
            Field.required("order_id", Type.TEXT, "The order that the line belongs to."),
            Field.required("customer", Type.TEXT, "Who bought it."),
            Field.required("product_name", Type.TEXT, "What was sold."),
            Field.required("category", Type.TEXT, "The kind of product."),
            Field.required("channel", Type.TEXT, "online, store or partner."),
            Field.required("region", Type.TEXT, "Where the customer is."),
            Field.required("user_id", Type.TEXT, "Whose sale it is: one of the three accounts of the demo."),
            Field.required("quantity", Type.INTEGER, "How many; negative for a refund."),
            Field.required("unit_price", Type.MONEY, "What one costs."),
            Field.required("gross", Type.MONEY, "Quantity times price."),
            Field.required("discount", Type.MONEY, "What was taken off."),
            Field.required("net", Type.MONEY, "What was paid.")), List.of("id"));
    private static final Dataset PRODUCTS = new Dataset("products", "What the made-up shop sells.", List.of(
            Field.required("name", Type.TEXT, "What it is called."),
            Field.required("category", Type.TEXT, "The kind of product."),
            Field.required("price", Type.MONEY, "What one costs."),
            Field.required("stock_quantity", Type.INTEGER, "How many lie on the shelf.")), List.of("name"));
    private static final int YEARS = 2;
    private static final String TO = "/";

    private final InstantSource clock;

    DemoSource(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) {
        return List.of(SALES, PRODUCTS);
    }

    @Override
    public List<Model> models() {
        return List.of(Model.read(DemoSource.class, "sales.sql"), Model.read(DemoSource.class, "products.sql"));
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        if (request.dataset().name().equals(PRODUCTS.name())) {
            for (Product product : Product.ALL) {
                sink.upsert(product.name(), product.category(), product.price(), product.stock());
            }
            sink.checkpoint(new Cursor("all"));
        } else {
            sales(request.cursor(), sink);
        }
    }

    private void sales(Cursor cursor, Sink sink) throws SourceException, InterruptedException {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        LocalDate opened = cursor.isNone() ? today.minusYears(YEARS) : day(cursor, 0);
        // the last day again, as a cursor is inclusive; the key tells its rows apart
        LocalDate first = cursor.isNone() ? opened : day(cursor, 1);
        Shop shop = new Shop(opened);
        long days = first.datesUntil(today.isBefore(first) ? first : today).count();
        for (int i = 0; i < days; i++) {
            LocalDate day = first.plusDays(i);
            for (Sale sale : shop.day(day)) {
                sink.upsert(sale.id(), sale.date(), sale.occurredAt(), sale.kind(), sale.orderId(), sale.customer(), sale.product().name(),
                        sale.product().category(),
                        sale.channel(), sale.region(), sale.userId(), sale.quantity(), sale.unitPrice(), sale.gross(), sale.discount(), sale.net());
            }
            sink.progress("making up the sales of " + day, i + 1L, days);
        }
        if (days > 0) {
            sink.checkpoint(new Cursor(opened + TO + today.minusDays(1)));
        }
    }

    private static LocalDate day(Cursor cursor, int part) throws SourceException {
        try {
            return LocalDate.parse(cursor.text().split(TO)[part]);
        } catch (DateTimeException | ArrayIndexOutOfBoundsException e) {
            throw new SourceException(SourceException.Kind.BUG, "The demo does not know its own mark '" + cursor.text() + "'.", e);
        }
    }
}
