package eider.files;

import eider.tck.Fault;
import eider.tck.Outside;
import eider.tck.Total;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** The world of a files connection: a folder below {@code inbox/} with sales in five shapes. */
final class FolderOfFiles implements Outside {
    private static final List<String> HEADINGS = List.of("date", "source_id", "product_name", "region", "quantity", "unit_price", "total_amount");

    private final Path home;
    private final String name;
    private final Path folder;
    private int rows;
    private boolean changed;

    FolderOfFiles(Path home, String name) throws IOException {
        this.home = home;
        this.name = name;
        this.folder = Files.createDirectories(home.resolve("inbox").resolve(name));
    }

    @Override
    public Map<String, String> options() {
        return Map.of("path", name);
    }

    @Override
    public void fill(int rows) throws IOException {
        this.rows = rows;
        text(folder.resolve("a.csv"), 0, rows / 5, ",", StandardCharsets.UTF_8);
        text(folder.resolve("b_excel.csv"), rows / 5, rows * 2 / 5, ";", Charset.forName("windows-1252"));
        text(folder.resolve("c.tsv.gz"), rows * 2 / 5, rows * 3 / 5, "\t", StandardCharsets.UTF_8);
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("d.ndjson"))) {
            for (int i = rows * 3 / 5; i < rows * 4 / 5; i++) {
                List<Object> row = row(i);
                out.write("{\"date\":\"" + row.get(0) + "\",\"source_id\":\"" + row.get(1) + "\",\"product_name\":\"" + row.get(2)
                        + "\",\"region\":\"" + row.get(3) + "\",\"quantity\":" + row.get(4)
                        + ",\"unit_price\":" + row.get(5) + ",\"total_amount\":" + row.get(6) + "}\n");
            }
        }
        StringBuilder cells = new StringBuilder();
        cells(cells, new ArrayList<>(HEADINGS));
        for (int i = rows * 4 / 5; i < rows; i++) {
            cells(cells, row(i));
        }
        new Xlsx().sheet("Sales", cells.toString()).write(folder.resolve("e.xlsx"));
    }

    /** The first file loses a row, has one changed, and gets one more; another file comes. */
    @Override
    public void change() throws IOException {
        changed = true;
        List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("a.csv")));
        lines.remove(3);
        lines.set(5, lines.get(5).replaceFirst("Product [0-9]+", "Renamed"));
        lines.add("2026-11-01,later,Late,North,1,2.5,2.5");
        Files.write(folder.resolve("a.csv"), lines);
        text(folder.resolve("f.csv"), rows, rows + 7, ",", StandardCharsets.UTF_8);
    }

    /** From what was written into the files, whatever their shape: no column but these says what a sale came to. */
    @Override
    public List<Total> totals() {
        Map<String, Tally> tallies = new TreeMap<>();
        // The third row of the first file is the one that goes.
        IntStream.range(0, changed ? rows + 7 : rows).filter(i -> !changed || i != 2).mapToObj(FolderOfFiles::row)
                .forEach(row -> tallies.computeIfAbsent((String) row.get(3), region -> new Tally())
                .add((BigDecimal) row.get(4), (BigDecimal) row.get(6)));
        if (changed) {
            tallies.computeIfAbsent("North", region -> new Tally()).add(BigDecimal.ONE, new BigDecimal("2.5"));
        }
        Tally all = new Tally();
        tallies.values().forEach(all::add);
        List<Total> totals = new ArrayList<>();
        tallies.forEach((region, tally) -> totals.add(tally.of(Total.of("sales").where("region", region).where("kind", "sale"))));
        totals.add(all.of(Total.of("sales")));
        return totals;
    }

    private static final class Tally {
        private long rows;
        private BigDecimal quantity = BigDecimal.ZERO;
        private BigDecimal amount = BigDecimal.ZERO;

        void add(BigDecimal quantity, BigDecimal amount) {
            this.rows++;
            this.quantity = this.quantity.add(quantity);
            this.amount = this.amount.add(amount);
        }

        void add(Tally other) {
            rows += other.rows;
            quantity = quantity.add(other.quantity);
            amount = amount.add(other.amount);
        }

        /** Neither discounts, tax nor shipping are in the files, so everything is the same amount. */
        Total of(Total total) {
            return total.rows(rows).sum("quantity", quantity.toPlainString()).sum("total_amount", amount.toPlainString())
                    .sum("gross", amount.toPlainString())
                    .sum("net", amount.toPlainString()).sum("tax", "0");
        }
    }

    /** Sound files with the secret in them lie beyond the allowed root, and every way there is tried. */
    @Override
    public List<Map<String, String>> plant(String secret) throws IOException {
        List<Map<String, String>> tempted = new ArrayList<>();
        String rows = String.join(",", HEADINGS) + "\n2026-01-01,1," + secret + ",North,1,2.5,2.5\n2026-01-02,2," + secret + ",North,1,2.5,2.5\n";
        Path links = Files.createDirectories(home.resolve("inbox").resolve("links"));
        int link = 0;
        for (String beyond : List.of("backups", "config", "data", "plugins", "inbox_of_others")) {
            Path file = Files.createDirectories(home.resolve(beyond)).resolve("sales.csv");
            Files.writeString(file, rows);
            Path toFile = Files.createSymbolicLink(links.resolve("link_" + ++link + ".csv"), file);
            Path toFolder = Files.createSymbolicLink(home.resolve("inbox").resolve("folder_" + link), file.getParent());
            tempted.add(Map.of("path", "links/" + toFile.getFileName()));
            tempted.add(Map.of("path", toFolder.getFileName().toString()));
            tempted.add(Map.of("path", toFolder.getFileName() + "/sales.csv"));
            tempted.add(Map.of("path", toFolder.getFileName() + "/*.csv"));
            tempted.add(Map.of("path", "../" + beyond + "/sales.csv"));
            tempted.add(Map.of("path", name + "/../../" + beyond));
            tempted.add(Map.of("path", file.toString()));
            if (!beyond.startsWith("inbox")) {
                tempted.add(Map.of("path", "sales.csv", "allowed_roots", "inbox/../" + beyond));
            }
        }
        tempted.add(Map.of("path", "**/*.csv"));
        tempted.add(Map.of("path", "links"));
        tempted.add(Map.of("path", "../config/other~secret.cfg"));
        tempted.add(Map.of("path", "../*/*"));
        for (String forbidden : List.of("backups", "config", "data", "plugins")) {
            tempted.add(Map.of("path", forbidden + "/*", "allowed_roots", "."));
        }
        return tempted;
    }

    @Override
    public List<Fault> faults() {
        return List.of(new Fault("path", ""), new Fault("path", "../elsewhere.csv"), new Fault("path", "[a"), new Fault("dataset", "No Name"),
                new Fault("columns", "date"), new Fault("key", "no_such_field"), new Fault("defaults", "colour=red"),
                new Fault("defaults", "quantity=many"), new Fault("date_format", "the usual one"), new Fault("time_zone", "Nowhere/Else"),
                new Fault("encoding", "klingon-8"), new Fault("delimiter", "-----"), new Fault("decimal", ";"), new Fault("header", "perhaps"),
                new Fault("quote", "``"), new Fault("comment", "REM"), new Fault("short_rows", "perhaps"),
                new Fault("when_changed", "sometimes"), new Fault("allowed_roots", "nowhere"), new Fault("allowed_roots", "config"),
                new Fault("allowed_roots", ""));
    }

    private static List<Object> row(int i) {
        BigDecimal quantity = BigDecimal.valueOf(1 + i % 5);
        BigDecimal price = BigDecimal.valueOf(150 + i % 90 * 25L, 2);
        String region = i % 3 == 0 ? "Nord" : "Süd";
        return List.of(LocalDate.of(2026, 1, 1).plusDays(i % 300), "s" + i, "Product " + i % 40, region, quantity, price, quantity.multiply(price));
    }

    private void text(Path file, int from, int to, String delimiter, Charset charset) throws IOException {
        boolean packed = file.toString().endsWith(".gz");
        try (OutputStream bytes = Files.newOutputStream(file);
                Writer out = new BufferedWriter(new OutputStreamWriter(packed ? new GZIPOutputStream(bytes) : bytes, charset))) {
            out.write(String.join(delimiter, HEADINGS) + "\n");
            for (int i = from; i < to; i++) {
                String line = String.join(delimiter, row(i).stream().map(Object::toString).toList());
                // Where the semicolon separates columns, the comma is the decimal one.
                out.write((delimiter.equals(";") ? line.replace('.', ',') : line) + "\n");
            }
        }
    }

    private static void cells(StringBuilder out, List<Object> row) {
        out.append("<row>");
        for (Object cell : row) {
            if (cell instanceof BigDecimal) {
                out.append("<c><v>").append(cell).append("</v></c>");
            } else {
                out.append("<c t=\"inlineStr\"><is><t>").append(cell).append("</t></is></c>");
            }
        }
        out.append("</row>");
    }
}
