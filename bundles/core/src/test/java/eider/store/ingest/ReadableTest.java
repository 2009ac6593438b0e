package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadableTest {
    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    @Test
    void linksAPlainFileAndReadsItAsItIs() throws Exception {
        Loaded loaded = files.csv("id,name,Total Amount (€),day\n1,Ada,1.50,2024-02-13\n2,\"Bob, the \"\"2nd\"\"\",22.00,2024-02-14\n");

        assertThat(loaded.linked()).isTrue();
        assertThat(loaded.fields()).containsExactly("id", "name", "total_amount", "day");
        assertThat(loaded.types()).containsExactly("INTEGER", "TEXT", "DECIMAL(18,4)", "DATE");
        assertThat(loaded.rows()).containsExactly(List.of("1", "Ada", "1.5000", "2024-02-13"),
                List.of("2", "Bob, the \"2nd\"", "22.0000", "2024-02-14"));
        assertThat(loaded.rejects()).isEmpty();
    }

    @Test
    void putsRowsOfAnotherWidthAside() throws Exception {
        Loaded loaded = files.csv("id,name,city\n1,Ada,Rome\n2,Bob\n3,Eve,Oslo,x\n4,Tim,Bonn\n5,Joe,Graz\n");

        assertThat(loaded.rows()).extracting(row -> row.get(0)).containsExactly("1", "4", "5");
        assertThat(loaded.rejects()).containsExactly(new Reject("line 3", "2,Bob", "the row has 2 cells, the header has 3"),
                new Reject("line 4", "3,Eve,Oslo,x", "the row has 4 cells, the header has 3"));
    }

    private static Scan.Csv given(Path file, boolean shortRows, Scan.Column... columns) {
        return new Scan.Csv(file, StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 0, null, ".", shortRows, List.of(columns));
    }

    @Test
    void saysWhatIsWrongWithARowInWords() throws Exception {
        Path file = files.file("given.csv", "day,quantity,price\n2024-02-13,x,1\n,2,1.23456\n13.02.2024,1.5,1e2\n2024-02-14,12.0,\"1,234.50\"\n"
                + "2024-02-15,99999999999999999999,1\n2024-02-16,3,\"a\"b\n");
        Loaded loaded = files.load(given(file, false, new Scan.Column("day", Field.required("date", Type.DATE, "The day.")),
                new Scan.Column("quantity", Field.of("quantity", Type.INTEGER, "How many.")),
                new Scan.Column("price", Field.of("price", Type.MONEY, "The price."))));

        assertThat(loaded.rows()).containsExactly(List.of("2024-02-14", "12", "1234.5000"));
        assertThat(loaded.rejects()).containsExactly(
                new Reject("line 2", "2024-02-13,x,1", "quantity: 'x' is no whole number", "{\"date\":\"2024-02-13\",\"quantity\":\"x\",\"price\":\"1\"}"),
                new Reject("line 3", ",2,1.23456", "date: empty, but required; price: '1.23456' has more than 4 digits after the decimal mark",
                        "{\"date\":null,\"quantity\":\"2\",\"price\":\"1.23456\"}"),
                new Reject("line 4", "13.02.2024,1.5,1e2", "date: '13.02.2024' is no date of the form yyyy-mm-dd; "
                        + "quantity: '1.5' is no whole number", "{\"date\":\"13.02.2024\",\"quantity\":\"1.5\",\"price\":\"1e2\"}"),
                new Reject("line 6", "2024-02-15,99999999999999999999,1",
                        "quantity: '99999999999999999999' is too large for a whole number of 64 bits",
                        "{\"date\":\"2024-02-15\",\"quantity\":\"99999999999999999999\",\"price\":\"1\"}"),
                new Reject("line 7", "2024-02-16,3,\"a\"b", "text stands behind a closing quote"));
    }

    private Loaded amounts(String... cells) throws Exception {
        StringBuilder content = new StringBuilder("n;amount\n");
        for (int i = 0; i < cells.length; i++) {
            content.append(i).append(";\"").append(cells[i]).append("\"\n");
        }
        Path file = files.file("amounts.csv", content.toString());
        return files.load(new Scan.Csv(file, StandardCharsets.UTF_8, ";", "\"", "\"", "", true, 0, null, null, false,
                List.of(new Scan.Column("n", Field.of("n", Type.INTEGER, "Which.")),
                        new Scan.Column("amount", Field.of("amount", Type.MONEY, "How much.")))));
    }

    @Test
    void anAmountMayNameItsCurrency() throws Exception {
        Loaded german = amounts("1.234,50 €", "-19,90 €", "€ 5", "7\u00a0EUR", "12");
        assertThat(german.rejects()).isEmpty();
        assertThat(german.rows()).extracting(row -> row.get(1)).containsExactly("1234.5000", "-19.9000", "5.0000", "7.0000", "12.0000");
        Loaded american = amounts("12.5", "$1,234.50", "-$19.90", "$-3");
        assertThat(american.rejects()).isEmpty();
        assertThat(american.rows()).extracting(row -> row.get(1)).containsExactly("12.5000", "1234.5000", "-19.9000", "-3.0000");
    }

    @Test
    void amountsOfSeveralCurrenciesAreNotMixed() throws Exception {
        Loaded loaded = amounts("1,50 €", "2,50 $", "3,50");
        assertThat(loaded.rows()).extracting(row -> row.get(1)).containsExactly("1.5000", "3.5000");
        assertThat(loaded.rejects()).extracting(Reject::reason)
                .containsExactly("amount: '2,50 $' is in another currency than the EUR of earlier rows");
    }

    @Test
    void textWithACurrencyStaysTheTextThatItIs() throws Exception {
        Loaded loaded = files.csv("id,price\n1,5.00 €\n2,7.50 $\n");
        assertThat(loaded.types()).containsExactly("INTEGER", "TEXT");
        assertThat(loaded.rows()).containsExactly(List.of("1", "5.00 €"), List.of("2", "7.50 $"));
    }

    @Test
    void oneBadCellDoesNotHideHowTheOthersAreWritten() throws Exception {
        String content = "day;amount\n03.01.2026;1,50\n28.02.2026;1.002,50 €\n01.03.2026;broken\nsoon;5,00\n05.03.2026;3,00\n";
        Scan.Csv sniffed = (Scan.Csv) files.load(Scan.Csv.of(files.file("one.csv", content))).scan();
        assertThat(sniffed.columns()).extracting(column -> column.field().type()).containsOnly(Type.TEXT);
        Loaded loaded = files.load(new Scan.Csv(sniffed.file(), sniffed.charset(), sniffed.delimiter(), sniffed.quote(), sniffed.escape(),
                sniffed.comment(), sniffed.header(), sniffed.skip(), sniffed.dateFormat(), sniffed.decimalSeparator(), sniffed.shortRows(),
                List.of(new Scan.Column("day", Field.of("day", Type.DATE, "When.")),
                        new Scan.Column("amount", Field.of("amount", Type.MONEY, "How much.")))));
        assertThat(loaded.rows()).containsExactly(List.of("2026-01-03", "1.5000"), List.of("2026-02-28", "1002.5000"),
                List.of("2026-03-05", "3.0000"));
        assertThat(loaded.rejects()).extracting(Reject::place).containsExactly("line 4", "line 5");
    }

    @Test
    void countsTheLinesOfTheOriginal() throws Exception {
        Path file = files.file("given.csv", "title\r\n\r\nid,name\r\n1,\"two\r\nlines\"\r\nx,b\r\n\r\n2,\"three\r\nwhole\r\nlines\"\r\ny,d\r\n");
        Scan.Csv scan = new Scan.Csv(file, StandardCharsets.UTF_8, ",", "\"", "\"", "", true, 2, null, ".", false,
                List.of(new Scan.Column("id", Field.of("id", Type.INTEGER, "The id.")),
                        new Scan.Column("name", Field.of("name", Type.TEXT, "The name."))));
        Loaded loaded = files.load(scan);
        assertThat(loaded.rows()).containsExactly(List.of("1", "two\r\nlines"), List.of("2", "three\r\nwhole\r\nlines"));
        assertThat(loaded.rejects()).extracting(Reject::place).containsExactly("line 6", "line 11");
    }

    @Test
    void fillsShortRowsOnlyWhereThatIsWished() throws Exception {
        Path file = files.file("given.csv", "id,name,city\n1,a\n2,b,c\n");
        Scan.Column[] columns = {new Scan.Column("id", Field.of("id", Type.INTEGER, "The id.")),
            new Scan.Column("city", Field.of("city", Type.TEXT, "The city."))};
        assertThat(files.load(given(file, true, columns)).rows()).containsExactly(Arrays.asList("1", null), List.of("2", "c"));
        assertThat(files.load(given(file, false, columns)).rejects()).hasSize(1);
    }

    @Test
    void readsMixedLineEndsWhichDuckDbDoesNot() throws Exception {
        assertThat(files.csv("id,name\n1,a\r\n2,b\r3,c\n").rows()).containsExactly(List.of("1", "a"), List.of("2", "b"), List.of("3", "c"));
    }

    @Test
    void onlyTheEmptyCellIsNoValue() throws Exception {
        Loaded loaded = files.csv("id,name\n1,NULL\n2,\"\"\n3,\n4, \n5,null\n");
        assertThat(loaded.rows()).containsExactly(List.of("1", "NULL"), Arrays.asList("2", null), Arrays.asList("3", null),
                List.of("4", " "), List.of("5", "null"));
        assertThat(loaded.rejects()).isEmpty();
    }

    @Test
    void hostileNamesAreOnlyNames() throws Exception {
        Path file = files.file("it's; DROP TABLE \"x\".csv", "id,\"a'b\"\"; \n--\",x\"y\n1,2,3\n4,5,6\n");
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.scan().columns()).extracting(Scan.Column::name).containsExactly("id", "a'b\"; \n--", "x\"y");
        assertThat(loaded.rows()).containsExactly(List.of("1", "2", "3"), List.of("4", "5", "6"));
    }

    @Test
    void noticesAFileThatChangesWhileItIsRead() throws Exception {
        Path file = files.file("file.csv", "id,name\n1,a\n2,b\n");
        Path handover = Files.createDirectories(folder.resolve("handover"));
        Scan.Csv scan = files.sniffer().complete(Scan.Csv.of(file));
        try (Readable readable = Readable.of(scan, handover)) {
            readable.verifyUnchanged();
            Files.writeString(file, "3,c\n", StandardOpenOption.APPEND);
            assertThatThrownBy(readable::verifyUnchanged).isInstanceOf(SourceException.class).hasMessageContaining("changed while it was read");
            Files.delete(file);
            assertThatThrownBy(readable::verifyUnchanged).hasMessageContaining("vanished");
        }
    }

    @Test
    void aFileThatChangedSinceItWasSniffedIsLookedAtAgain() throws Exception {
        Path file = files.file("file.csv", "id,name\n1,a\n2,b\n");
        Scan.Csv scan = files.sniffer().complete(Scan.Csv.of(file));
        Files.writeString(file, "id,name\n1,a\n2,b\nx,c\n");
        assertThat(files.read(scan, Limits.DEFAULT).rejects()).extracting(Reject::reason).containsExactly("id: 'x' is no whole number");
    }

    @Test
    void namesTheColumnThatIsMissing() throws Exception {
        Path file = files.file("file.csv", "id,name\n1,a\n");
        assertThatThrownBy(() -> files.load(given(file, false, new Scan.Column("price", Field.of("price", Type.MONEY, "The price.")))))
                .hasMessage("The file has no column 'price'; it has id, name.");
    }

    @Test
    void aSymbolicLinkIsRead() throws Exception {
        Path file = files.file("file.csv", "id,name\n1,a\n2,b\n");
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), file);
        assertThat(files.load(Scan.Csv.of(link)).rows()).hasSize(2);
    }
}
