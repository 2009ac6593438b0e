package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvSnifferTest {
    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    /** The type of a column with these values, one a line. */
    private String type(String... values) throws Exception {
        return files.csv("id,column\n" + rows(values)).types().get(1);
    }

    private static String rows(String... values) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            rows.append(i).append(",\"").append(values[i]).append("\"\n");
        }
        return rows.toString();
    }

    @Test
    void leadingZerosSignsAndExponentsStayText() throws Exception {
        assertThat(type("00123", "7")).isEqualTo("TEXT");
        assertThat(type("+5", "7")).isEqualTo("TEXT");
        assertThat(type("1e5", "7")).isEqualTo("TEXT");
        assertThat(type("0.5", "007.5")).isEqualTo("TEXT");
    }

    @Test
    void numbersTakeTheSmallestTypeThatKeepsThem() throws Exception {
        assertThat(type("0", "-7", "999999999999999999")).isEqualTo("INTEGER");
        assertThat(type("1234567890123456789")).isEqualTo("DECIMAL(38,0)");
        assertThat(type("1.5", "-0.25")).isEqualTo("DECIMAL(18,4)");
        assertThat(type("1.23456", "100")).isEqualTo("DECIMAL(18,5)");
        assertThat(type("123456789012345.12345678")).isEqualTo("DECIMAL(38,8)");
        assertThat(type("1" + "0".repeat(38))).isEqualTo("TEXT");
    }

    @Test
    void oneValueInAMillionDecides() throws Exception {
        StringBuilder rows = new StringBuilder("id,value\n");
        for (int i = 0; i < 200_000; i++) {
            rows.append(i).append(',').append(i * 3).append('\n');
        }
        Loaded loaded = files.csv(rows.append("200000,n/a\n").toString());
        assertThat(loaded.types()).containsExactly("INTEGER", "TEXT");
        assertThat(loaded.rejects()).isEmpty();
    }

    @Test
    void truthsAreTrueAndFalseOnly() throws Exception {
        assertThat(type("true", "false")).isEqualTo("BOOLEAN");
        assertThat(type("yes", "no")).isEqualTo("TEXT");
    }

    @Test
    void aDateThatCanBeReadInTwoWaysStaysText() throws Exception {
        assertThat(type("01/02/2024", "03/04/2024")).isEqualTo("TEXT");
        assertThat(type("01/02/2024", "13/04/2024")).isEqualTo("DATE");
        assertThat(type("01/02/2024", "04/13/2024")).isEqualTo("DATE");
        assertThat(type("13/02/2024", "04/13/2024")).isEqualTo("TEXT");
        assertThat(type("2024-02-30")).isEqualTo("TEXT");
    }

    @Test
    void readsDatesOfOneKindOnly() throws Exception {
        Loaded loaded = files.csv("id;day;at\n1;31.12.2024;31.12.2024 23:59\n2;1.2.2025;01.02.2025 00:01\n");
        assertThat(loaded.types()).containsExactly("INTEGER", "DATE", "TIMESTAMP");
        assertThat(loaded.rows()).containsExactly(List.of("1", "2024-12-31", "2024-12-31 23:59:00.0"),
                List.of("2", "2025-02-01", "2025-02-01 00:01:00.0"));
    }

    @Test
    void timesWithAnOffsetAreInstants() throws Exception {
        assertThat(type("2024-02-13T10:00:00Z", "2024-02-13 10:00:00+02:00")).isEqualTo("INSTANT");
        assertThat(type("2024-02-13T10:00:00", "2024-02-13 10:00")).isEqualTo("TIMESTAMP");
        assertThat(type("2024-02-13T10:00:00.1234567")).isEqualTo("TEXT");
        assertThat(type("2024-02-13T10:00:00Z", "2024-02-13T10:00:00")).isEqualTo("TEXT");
    }

    @Test
    void instantsAreKeptToTheMicrosecond() throws Exception {
        Loaded loaded = files.csv("id,at\n1,2024-02-13T10:00:00.123456+02:00\n2,2024-02-13T10:00:00Z\n");
        assertThat(loaded.linked()).isTrue();
        assertThat(loaded.rows()).extracting(row -> row.get(1)).containsExactly("2024-02-13T08:00:00.123456Z", "2024-02-13T10:00Z");
    }

    @Test
    void readsWhatAGermanExcelSaves() throws Exception {
        Path file = files.file("umsatz.csv",
                "Artikel;Größe;Preis (€);Menge\r\nSchäkel;XL;1.234,50;2\r\nTau – 3 €;M;7,25;10\r\n", Charset.forName("windows-1252"));
        Loaded loaded = files.load(Scan.Csv.of(file));

        assertThat(loaded.csv().charset()).isEqualTo(Charset.forName("windows-1252"));
        assertThat(loaded.csv().decimalSeparator()).isEqualTo(",");
        assertThat(loaded.fields()).containsExactly("artikel", "groesse", "preis", "menge");
        assertThat(loaded.rows()).containsExactly(List.of("Schäkel", "XL", "1234.5000", "2"), List.of("Tau – 3 €", "M", "7.2500", "10"));
    }

    @Test
    void aThousandAndAFractionAreNotToldApartByGuessing() throws Exception {
        assertThat(files.csv("artikel;umsatz\na;1.234\nb;500\n").types()).containsExactly("TEXT", "TEXT");
        assertThat(type("1,234", "500")).isEqualTo("TEXT");
        assertThat(type("1,234.50", "500")).isEqualTo("DECIMAL(18,4)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a,b|,", "a;b|;", "'a\tb'|'\t'", "'a|b'|'|'"})
    void findsTheDelimiter(String header, String delimiter) throws Exception {
        String row = header.replace('a', '1').replace('b', '2');
        Loaded loaded = files.csv(header + "\n" + row + "\n" + row + "\n");
        assertThat(loaded.csv().delimiter()).isEqualTo(delimiter);
        assertThat(loaded.rows()).containsExactly(List.of("1", "2"), List.of("1", "2"));
    }

    @Test
    void findsApostrophesAndBackslashes() throws Exception {
        assertThat(files.csv("1,'a,b'\n2,'c,d'\n").rows()).containsExactly(List.of("1", "a,b"), List.of("2", "c,d"));
        assertThat(files.csv("id,said\n1,\"a \\\"quoted\\\" word\"\n2,\"x, y\"\n").rows())
                .containsExactly(List.of("1", "a \"quoted\" word"), List.of("2", "x, y"));
    }

    @Test
    void aFileOfNumbersHasNoHeader() throws Exception {
        Loaded loaded = files.csv("1,2.5\n3,4.5\n");
        assertThat(loaded.csv().header()).isFalse();
        assertThat(loaded.scan().columns()).extracting(Scan.Column::name).containsExactly("column0", "column1");
        assertThat(loaded.fields()).containsExactly("column_1", "column_2");
        assertThat(loaded.rows()).hasSize(2);
    }

    @Test
    void duplicatedAndBlankNamesAreToldApartByTheirPosition() throws Exception {
        Loaded loaded = files.csv("id,,Name,Name\n1,x,a,b\n2,y,c,d\n");
        assertThat(loaded.fields()).containsExactly("id", "column1", "name", "name_2");
        assertThat(loaded.rows()).containsExactly(List.of("1", "x", "a", "b"), List.of("2", "y", "c", "d"));
    }

    @Test
    void passesOverTitlesCommentsAndBlankLinesAndCountsThem() throws Exception {
        Loaded loaded = files.csv("Sales report\n\nid,name,qty\n# checked by Ada\n1,\"two\nlines\",3\r\n2,b\n3,c,4\n");
        assertThat(loaded.rows()).containsExactly(List.of("1", "two\nlines", "3"), List.of("3", "c", "4"));
        assertThat(loaded.rejects()).containsExactly(new Reject("line 7", "2,b", "the row has 2 cells, the header has 3"));
    }

    @Test
    void aDelimiterAtTheEndOfEveryRowMakesNoColumn() throws Exception {
        Loaded loaded = files.csv("id,name,\n1,a,\n2,b,\n");
        assertThat(loaded.fields()).containsExactly("id", "name");
        assertThat(files.csv("id,name\n1,a,\n2,b,\n").rows()).containsExactly(List.of("1", "a"), List.of("2", "b"));
    }

    @Test
    void aHashMayBelongToTheHeader() throws Exception {
        assertThat(files.csv("#id,name\n1,a\n2,b\n").fields()).containsExactly("id", "name");
    }

    @Test
    void whatIsGivenIsObeyed() throws Exception {
        Path file = files.file("given.csv", "1;2\n3;4\n");
        Scan.Csv given = new Scan.Csv(file, StandardCharsets.ISO_8859_1, ",", "", "", "", false, 0, null, ".", false, List.of());
        Loaded loaded = files.load(given);
        assertThat(loaded.rows()).containsExactly(List.of("1;2"), List.of("3;4"));
        assertThat(loaded.csv().charset()).isEqualTo(StandardCharsets.ISO_8859_1);
    }

    @Test
    void givenColumnsKeepTheirTypesAndTheFormatOfDatesIsFoundForThem() throws Exception {
        Path file = files.file("given.csv", "day,amount\n13/02/2024,5\n01/02/2024,6\n");
        Scan.Csv given = Scan.Csv.of(file).withColumns(List.of(new Scan.Column("amount", Field.of("total", Type.MONEY, "The total.")),
                new Scan.Column("day", Field.required("date", Type.DATE, "The day."))));
        Loaded loaded = files.load(given);
        assertThat(loaded.csv().dateFormat()).isEqualTo("%d/%m/%Y");
        assertThat(loaded.rows()).containsExactly(List.of("5.0000", "2024-02-13"), List.of("6.0000", "2024-02-01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "windows-1252", "UTF-8"})
    void findsTheCharset(String charset) throws Exception {
        Path file = files.file("text.csv", "id,name\n1,Zoë\n2,café\n3,plain\n", Charset.forName(charset));
        assertThat(files.load(Scan.Csv.of(file)).rows()).containsExactly(List.of("1", "Zoë"), List.of("2", "café"), List.of("3", "plain"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-8", "UTF-32LE"})
    void obeysAByteOrderMark(String charset) throws Exception {
        Path file = files.file("text.csv", "\ufeffid,name\n1,Zoë\n2,b\n", Charset.forName(charset));
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.scan().columns()).extracting(Scan.Column::name).containsExactly("id", "name");
        assertThat(loaded.rows()).containsExactly(List.of("1", "Zoë"), List.of("2", "b"));
    }

    @Test
    void aByteThatIsNoUtf8FarBehindTheFirstMegabyteIsNoticed() throws Exception {
        StringBuilder rows = new StringBuilder("id,name\n");
        for (int i = 0; i < 150_000; i++) {
            rows.append(i).append(",plain text\n");
        }
        Path file = files.file("late.csv", rows.append("150000,café\n").toString(), Charset.forName("windows-1252"));
        Loaded loaded = files.load(Scan.Csv.of(file));
        assertThat(loaded.csv().charset()).isEqualTo(Charset.forName("windows-1252"));
        assertThat(loaded.rows().getLast()).containsExactly("150000", "café");
    }

    @Test
    void japaneseIsRecognisedAndRussianIsNotGuessed() throws Exception {
        Path japanese = files.file("jp.csv", "名前,年齢\n山田太郎,30\n鈴木花子,25\n", Charset.forName("windows-31j"));
        assertThat(files.load(Scan.Csv.of(japanese)).rows()).containsExactly(List.of("山田太郎", "30"), List.of("鈴木花子", "25"));
        Path russian = files.file("ru.csv", "имя,возраст\nНаталья,30\nСергей,25\n", Charset.forName("windows-1251"));
        assertThatThrownBy(() -> files.load(Scan.Csv.of(russian))).isInstanceOf(SourceException.class).hasMessageContaining("set its charset");
        Scan.Csv told = new Scan.Csv(russian, Charset.forName("windows-1251"), null, null, null, null, null, -1, null, null, false, List.of());
        assertThat(files.load(told).rows()).containsExactly(List.of("Наталья", "30"), List.of("Сергей", "25"));
    }

    private void refuses(byte[] content, String sentence) throws Exception {
        Path file = files.file("refused.csv", content);
        assertThatThrownBy(() -> files.load(Scan.Csv.of(file))).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA)).hasMessageContaining(sentence);
    }

    @Test
    void refusesWithOneSentence() throws Exception {
        refuses(new byte[0], "The file is empty.");
        refuses("\n\r\n  \n".getBytes(StandardCharsets.UTF_8), "only blank lines");
        refuses("id,name\n1,a\n2,\"b\n3,c\n".getBytes(StandardCharsets.UTF_8), "A quote is opened in line 3 and never closed");
        byte[] garbage = new byte[4_000];
        new java.util.Random(7).nextBytes(garbage);
        refuses(garbage, "not text");
        refuses(("id,name\n1," + "x".repeat(3 << 20) + "\n").getBytes(StandardCharsets.UTF_8), "Line 2 is longer than 2048 KiB");
        refuses(("id,name\n1,\"" + "x\n".repeat(3 << 20) + "\n").getBytes(StandardCharsets.UTF_8), "quote is opened in line 2");
    }
}
