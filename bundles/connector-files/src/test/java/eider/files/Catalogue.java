package eider.files;

import eider.tck.Outside;
import eider.tck.Total;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A world of products, as a shop writes them down: two files, one of them in German. What they come to was added up by hand. */
final class Catalogue implements Outside {
    private final String name;
    private final Path folder;

    Catalogue(Path home, String name) throws IOException {
        this.name = name;
        this.folder = Files.createDirectories(home.resolve("inbox").resolve(name));
    }

    @Override
    public Map<String, String> options() {
        return Map.of("path", name, "dataset", "products");
    }

    /** Always the same ones. */
    @Override
    public void fill(int rows) throws IOException {
        Files.writeString(folder.resolve("lamps.csv"), """
                source_id,name,category,price,currency,stock_quantity
                L1, Desk lamp ,Lamps,45.00,eur,12
                L2,Floor lamp,Lamps,129.90,EUR,3
                L3,"Lamp, small",Lamps,19.95,,40
                L4,Bulb,Lamps,3.00,EUR,100
                L5,Shade,Lamps,12.50,EUR,7
                """);
        Files.writeString(folder.resolve("stuehle.csv"), """
                source_id;name;category;price;currency;stock_quantity
                S1;Küchenstuhl;Stühle;79,50; chf ;8
                S2;Hocker;Stühle;1.034,25;CHF;0,5
                """);
    }

    @Override
    public void change() throws IOException {
        Files.writeString(folder.resolve("lamps.csv"), """
                source_id,name,category,price,currency,stock_quantity
                L1, Desk lamp ,Lamps,49.00,eur,11
                L2,Floor lamp,Lamps,129.90,EUR,3
                L4,Bulb,Lamps,3.00,EUR,100
                L5,Shade,Lamps,12.50,EUR,7
                """);
    }

    @Override
    public List<Total> totals() throws IOException {
        boolean changed = Files.readAllLines(folder.resolve("lamps.csv")).size() == 5;
        Total euros = Total.of("products").where("currency", "EUR");
        return List.of(
                // 45.00 + 129.90 + 19.95 + 3.00 + 12.50, and afterwards 49.00 + 129.90 + 3.00 + 12.50. What names no currency is in that of the
                // company.
                changed ? euros.rows(4).sum("price", "194.40").sum("stock_quantity", "121") : euros.rows(5).sum("price", "210.35")
                        .sum("stock_quantity", "162"),
                // 79.50 + 1034.25
                Total.of("products").where("currency", "CHF").rows(2).sum("price", "1113.75").sum("stock_quantity", "8.5"),
                Total.of("products").where("name", "Desk lamp").rows(1).sum("price", changed ? "49" : "45"),
                Total.of("products").where("category", "Stühle").rows(2).sum("price", "1113.75"));
    }
}
