package eider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import eider.connector.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WorkbookTest {
    private static final String TEXT = "<c t=\"s\"><v>%s</v></c>";

    @TempDir
    Path folder;

    @Test
    void daysAreRightInBothEpochs() throws Exception {
        String days = Xlsx.row("<c s=\"1\"><v>1</v></c>", Xlsx.styled(1, "59"), Xlsx.styled(1, "61"), Xlsx.styled(1, "46023"), Xlsx.styled(1,
                "46023.75"));
        // Checked in Excel: day 1 is 1900-01-01, 59 is 1900-02-28, 61 is 1900-03-01, 46023 is 2026-01-01.
        assertThat(row(new Xlsx().formats().sheet("a", days))).containsExactly(at("1900-01-01T00:00"), at("1900-02-28T00:00"), at("1900-03-01T00:00"),
                at("2026-01-01T00:00"), at("2026-01-01T18:00"));
        // The same numbers mean 1462 days more in the other epoch, from 1904-01-01 on.
        assertThat(row(new Xlsx().from1904().formats().sheet("a", days))).containsExactly(at("1904-01-02T00:00"), at("1904-02-29T00:00"),
                at("1904-03-02T00:00"),
                at("2030-01-02T00:00"), at("2030-01-02T18:00"));
    }

    @Test
    void theDayThatNeverWasIsAFault() throws Exception {
        List<Object> cells = row(new Xlsx().formats().sheet("a", Xlsx.row(Xlsx.styled(1, "60"))));
        assertThat(cells.getFirst()).isInstanceOfSatisfying(Cells.Fault.class, fault -> assertThat(fault.reason()).contains("29 February 1900"));
    }

    @Test
    void aNumberFormatTellsADayFromANumber() {
        assertThat(List.of("yyyy-mm-dd", "d/m/yy h:mm", "[h]:mm", "[$-407]d. mmmm yyyy", "h:mm AM/PM", "mm:ss.0", "m/\"D\"/yyyy"))
                .allMatch(Workbook::writesDate);
        assertThat(List.of("0.00", "#,##0 \"days\"", "General", "[Red]0.00", "[$-419]0", "0\\d", "@", "_-* #,##0.00\\ _m_-", "0%", "0.00E+00",
                "0;yyyy")).noneMatch(Workbook::writesDate);
    }

    @Test
    void aNumberIsItsShortestText() throws Exception {
        assertThat(row(new Xlsx().sheet("a", Xlsx.row("<c><v>19.989999999999998</v></c>", "<c><v>1.5E3</v></c>", "<c><v>9007199254740993</v></c>",
                "<c><v>-0</v></c>"))))
                .containsExactly(new BigDecimal("19.99"), new BigDecimal("1500"), new BigDecimal("9007199254740993"), BigDecimal.ZERO);
    }

    @Test
    void anErrorIsAFaultAndNotAText() throws Exception {
        List<Object> cells = row(new Xlsx().sheet("a", Xlsx.row("<c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>",
                "<c t=\"str\"><f>\"#DIV/0!\"</f><v>#DIV/0!</v></c>")));
        assertThat(cells.get(0)).isInstanceOf(Cells.Fault.class);
        assertThat(cells.get(1)).isEqualTo("#DIV/0!");
    }

    @Test
    void textsAreWhatPeopleSee() throws Exception {
        List<Object> cells = row(new Xlsx().texts("<si><r><t>Wei</t></r><r><t>ß</t></r><rPh><t>WAIS</t></rPh></si><si><t>a_x000D_b_x005F_</t></si><si><t xml:space=\"preserve\"> x </t></si>")
                .sheet("a", Xlsx.row(TEXT.formatted(0), TEXT.formatted(1), TEXT.formatted(2), "<c t=\"d\"><v>2026-01-31T12:30:00</v></c>",
                "<c t=\"b\"><v>1</v></c>")));
        assertThat(cells).containsExactly("Weiß", "a\rb_", " x ", at("2026-01-31T12:30"), true);
    }

    @Test
    void aTextThatIsMissingInTheTableIsAFault() throws Exception {
        assertThat(row(new Xlsx().texts("<si><t>a</t></si>").sheet("a", Xlsx.row(TEXT.formatted(2_000_000_000)))).getFirst())
                .isInstanceOf(Cells.Fault.class);
    }

    @Test
    void aColumnBeyondTheLastIsRefused() {
        assertRefused(new Xlsx().sheet("a", "<row><c r=\"ZZZZZZ1\"><v>1</v></c></row>"), "no column 'ZZZZZZ1'");
        assertRefused(new Xlsx().sheet("a", "<row r=\"99999999\"><c><v>1</v></c></row>"), "no row 99999999");
    }

    @Test
    void anEntityIsRefused() {
        String bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
                + "\"&b;&b;&b;&b;&b;&b;\">]><sst><si><t>&c;</t></si></sst>";
        assertRefused(new Xlsx().texts(bomb).sheet("a", Xlsx.row(TEXT.formatted(0))), "document type");
        String file = "<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><sst><si><t>&a;</t></si></sst>";
        assertRefused(new Xlsx().texts(file).sheet("a", Xlsx.row(TEXT.formatted(0))), "document type");
    }

    @Test
    void manyOrdinaryEscapesAreNoBomb() throws Exception {
        StringBuilder rows = new StringBuilder();
        String cell = "x & y < z ".repeat(100);
        for (int i = 0; i < 2_000; i++) {
            rows.append(Xlsx.row(cell));
        }
        assertThat(rows(new Xlsx().sheet("a", rows.toString()))).hasSize(2_000);
    }

    @Test
    void aZipBombIsRefusedBeforeItFillsMemory() throws Exception {
        Path file = folder.resolve("bomb.xlsx");
        new Xlsx().sheet("a", "<!--" + " ".repeat(80 << 20) + "-->" + Xlsx.row(1)).write(file);
        assertThat(Files.size(file)).isLessThan(200_000);
        assertThatThrownBy(() -> look(file)).isInstanceOf(SourceException.class).hasMessageContaining("zip bomb");
    }

    @Test
    void aCellOfAMillionCharactersIsRefused() {
        assertRefused(new Xlsx().sheet("a", Xlsx.row("x".repeat((1 << 20) + 1))), "more than 1048576 characters");
    }

    @Test
    void deepNestingIsRefused() {
        assertRefused(new Xlsx().sheet("a", "<row><c>" + "<x>".repeat(200) + "</x>".repeat(200) + "</c></row>"), "nested deeper");
    }

    @Test
    void whatIsNoWorkbookIsToldInASentence() throws Exception {
        ByteArrayOutputStream locked = new ByteArrayOutputStream();
        locked.writeBytes(new byte[] {(byte) 0xd0, (byte) 0xcf, 0x11, (byte) 0xe0, (byte) 0xa1, (byte) 0xb1, 0x1a, (byte) 0xe1});
        byte[] old = locked.toByteArray();
        // The directory lies anywhere: here across two of the blocks that are searched.
        locked.writeBytes(new byte[(1 << 16) - 20]);
        locked.writeBytes("EncryptedPackage".getBytes(StandardCharsets.UTF_16LE));
        assertToldFor("locked.xlsx", locked.toByteArray(), "protected by a password");
        assertToldFor("old.xls", old, "old Excel file");
        assertToldFor("text.xlsx", "a,b\n1,2\n".getBytes(StandardCharsets.UTF_8), "is none");
        assertToldFor("empty.xlsx", new byte[0], "empty (0 bytes)");
        byte[] whole = Files.readAllBytes(new Xlsx().sheet("a", Xlsx.row(1, 2)).write(folder.resolve("whole.xlsx")));
        assertToldFor("cut.xlsx", Arrays.copyOf(whole, whole.length / 2), "damaged or incomplete");
        assertThatThrownBy(() -> look(new Xlsx().part("mimetype", "application/vnd.oasis.opendocument.spreadsheet").part("content.xml", "<x/>")
                .write(folder.resolve("a.ods"))))
                .hasMessageContaining("OpenDocument");
        assertThatThrownBy(() -> look(new Xlsx().without("xl/workbook.xml").write(folder.resolve("b.xlsx"))))
                .hasMessageContaining("workbook is missing");
        assertThatThrownBy(() -> look(new Xlsx().sheet("a", "").write(folder.resolve("c.xlsx")))).hasMessageContaining("no table");
        assertThatThrownBy(() -> look(new Xlsx().sheet("a", "<row><c><v>1</v>").write(folder.resolve("d.xlsx")))).hasMessageContaining("damaged");
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(whole);
        }
        assertToldFor("whole.xlsx.gz", zipped.toByteArray(), "is none");
    }

    @Test
    void columnTypesHoldForEveryRow() throws Exception {
        String rows = Xlsx.row("id", "price", "day", "at", "mixed", "flag", "nothing", "long")
                + Xlsx.row(1, 1.5, Xlsx.styled(1, "46023"), Xlsx.styled(1, "46023.5"), 1, "<c t=\"b\"><v>0</v></c>", null,
                "<c><v>12345678901234567890</v></c>")
                + Xlsx.row(2, 20, Xlsx.styled(1, "46024"), Xlsx.styled(1, "46024"), "n/a", "<c t=\"b\"><v>1</v></c>", null, 7);
        Spreadsheet table = look(new Xlsx().formats().sheet("a", rows).write(folder.resolve("t.xlsx")));
        assertThat(table.headings()).containsExactly("id", "price", "day", "at", "mixed", "flag", "nothing", "long");
        assertThat(table.types()).containsExactly(Type.INTEGER, Type.decimal(18, 1), Type.DATE, Type.TIMESTAMP, Type.TEXT, Type.BOOLEAN, Type.TEXT,
                Type.decimal(20, 0));
        assertThat(table.rows()).isEqualTo(2);
    }

    @Test
    void aTableMayBeginAnywhereAndOnAnySheet() throws Exception {
        Path file = new Xlsx().sheet("Cover", "").sheet("Secret", "hidden", Xlsx.row("a") + Xlsx.row(1))
                .sheet("Sales 2026", "<row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>day</t></is></c><c r=\"C3\" "
                + "t=\"inlineStr\"><is><t>sum</t></is></c></row>"
                        + "<row r=\"5\"><c r=\"B5\"><v>1</v></c><c r=\"C5\"><v>2</v></c></row>").write(folder.resolve("s.xlsx"));
        assertThat(look(file).sheet()).isEqualTo("Sales 2026");
        assertThat(look(file).headings()).containsExactly("day", "sum");
        assertThat(look(file, "sheet", "Secret").headings()).containsExactly("a");
        assertThat(look(file, "sheet", "3").sheet()).isEqualTo("Sales 2026");
        assertThatThrownBy(() -> look(file, "sheet", "Nope")).hasMessageContaining("'Nope'").hasMessageContaining("Cover, Secret, Sales 2026");
    }

    @Test
    void noiseOfBinaryArithmeticFitsMoneyAndARealMisfitDoesNot() throws Exception {
        assertThat(Cells.fitted(new BigDecimal("0.30000000000000004"), Type.MONEY)).isEqualByComparingTo("0.3");
        assertThat(Cells.fitted(new BigDecimal("1234567.4999999998"), Type.MONEY)).isEqualByComparingTo("1234567.5");
        assertThatThrownBy(() -> Cells.fitted(new BigDecimal("0.12345"), Type.MONEY)).hasMessageContaining("4 digits after the point");
        assertThatThrownBy(() -> Cells.fitted(new BigDecimal("123456789012345"), Type.MONEY)).hasMessageContaining("14 digits before the point");
    }

    private void assertToldFor(String name, byte[] content, String sentence) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        assertThatThrownBy(() -> Look.at(file, settings(), null)).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA)).hasMessageContaining(sentence);
    }

    private void assertRefused(Xlsx book, String sentence) {
        assertThatThrownBy(() -> rows(book)).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA)).hasMessageContaining(sentence);
    }

    private Settings settings(Object... options) throws SourceException {
        List<Object> all = new ArrayList<>(List.of("dataset", "things"));
        all.addAll(List.of(options));
        return Settings.of(Configured.with(all.toArray()), folder);
    }

    private Spreadsheet look(Path file, Object... options) throws Exception {
        return ((Look.Sheeted) Look.at(file, settings(options), null)).sheet();
    }

    private List<Object> row(Xlsx book) throws Exception {
        return rows(book).getFirst();
    }

    private List<List<Object>> rows(Xlsx book) throws Exception {
        List<List<Object>> rows = new ArrayList<>();
        try (Workbook open = Workbook.open(book.write(folder.resolve("book.xlsx")))) {
            open.read(open.sheets().getFirst(), (number, cells) -> rows.add(cells));
        }
        return rows;
    }

    private static LocalDateTime at(String text) {
        return LocalDateTime.parse(text);
    }
}
