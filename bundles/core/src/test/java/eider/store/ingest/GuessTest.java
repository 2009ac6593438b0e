package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a text does not speak for itself: what is refused, what is the nearest honest file that is not, and what a load tells. */
class GuessTest {
    private static final String ONE_TEXT = "no delimiter was found that the lines agree on, so each was kept as one text: "
            + "say delimiter = … if they hold several cells";
    private static final String NAMES = "the first row was taken for the names of the columns, though the rows below are texts like it: "
            + "say header = no if it is a row";
    private static final String ONLY_LINE = "its only line was taken for the names of the columns: say header = no if it is a row";

    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private void refuses(String content, String sentence) throws Exception {
        refuses(content.getBytes(StandardCharsets.UTF_8), sentence);
    }

    private void refuses(byte[] content, String sentence) throws Exception {
        Path file = files.file("refused.csv", content);
        assertThatThrownBy(() -> files.load(Scan.Csv.of(file))).isInstanceOfSatisfying(SourceException.class,
                e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA)).hasMessageContaining(sentence);
    }

    private void refusesAsNoTable(String content) throws Exception {
        refuses(content, "Say delimiter = … in the configuration if it is one.");
    }

    private Loaded column(String content, int rows) throws Exception {
        Loaded loaded = files.csv(content);
        assertThat(loaded.scan().columns()).hasSize(1);
        assertThat(loaded.rows()).hasSize(rows);
        assertThat(loaded.rejects()).isEmpty();
        return loaded;
    }

    private Loaded given(String content, String delimiter, String quote, String comment, Boolean header, String decimal) throws Exception {
        return files.load(new Scan.Csv(files.file("given.csv", content), null, delimiter, quote, null, comment, header, -1, null, decimal, false,
                List.of()));
    }

    @Nested
    class Refused {
        @Test
        void aDelimiterThatOneLineAloneHolds() throws Exception {
            refusesAsNoTable("kiwi\ncherry;north;2.5;x1;x2\nplum\n");
            refusesAsNoTable("\"aye;bee\ncee;\"\ndee;eff\"\n");
            // Names above a row that went wrong are a table, and the row is kept aside.
            assertThat(files.csv("fruit;place;price\nkiwi;2.5\n").rejects()).hasSize(1);
            // And rows that all hold it agree on it, though not on how often.
            assertThat(files.csv("1;2;3\n4;5\n").rows()).hasSize(1);
        }

        @Test
        void rowsOfEmptyCellsOnly() throws Exception {
            refusesAsNoTable("zz\n,,,\n,,,\n,,,\n,,,7q\nyy xx\n");
            assertThat(files.csv("fruit,place,price\n,,\n,,\n,,\n").rows()).hasSize(3);
        }

        @Test
        void aSingleLineBetweenWhoseDelimitersStandNoValues() throws Exception {
            refusesAsNoTable("q,,\f\f-|7,k\"l,,l\n");
            refusesAsNoTable("1,,say \"no,,4,;x\n");
            assertThat(files.csv("1,3.5\" disk,5\n").rows()).containsExactly(List.of("1", "3.5\" disk", "5"));
            assertThat(files.csv("'tis,2,x\n").rows()).containsExactly(List.of("'tis", "2", "x"));
            assertThat(column("<!\"#$%&'()*+-/:;<=>?@[]^_{|}~>", 1).assumed()).containsExactly(ONE_TEXT);
        }

        @Test
        void numbersAndCutLinesBelowEachOther() throws Exception {
            refusesAsNoTable("k\n2024-05-06\n2024-05-07\n7-# note\np;q\n r s\n");
            refusesAsNoTable("k\n17\n18;x\n19;y;z\n# end\n20\n");
            column("amount\n100\nn/a\n200\n", 3);
            column("note\nfirst, second\nthird; fourth\n7\n", 3);
            assertThat(given("k\n17\n18;x\n19;y;z\n20\n", ";", null, null, null, null).rows()).isNotEmpty();
        }

        @Test
        void linesOfManyWidths() throws Exception {
            refusesAsNoTable("7,80\n7,80,900,1000\n7\n7,80,900\n7,80,900,1000,11000,12\n");
            refusesAsNoTable("red|a\nred\nred|b|c|d\nred|e|f\nx|y|z|u|v|w|k\n");
            assertThat(column("1,234\n12\n1,234,567\n", 3).types()).containsExactly("DECIMAL(18,4)");
            column("https://a.example/c?d=1&e=2\nhttps://a.example/c;x=1,2\nhttps://b.example/\nhttps://c.example/\n", 4);
        }

        @Test
        void aQuoteThatIsOpenedBehindACommaAndNeverClosed() throws Exception {
            refuses("3,5\"kk\n\"a\"\n\"b\"\n\"c\"\n1,\"090\"\",77\n", "A quote is opened in line 5 and never closed");
            column("She said \"no, never\" twice\nand then \"yes\", once\nI do not know\n", 3);
        }

        @Test
        void aQuoteThatIsNeverClosedWhereOthersAre() throws Exception {
            refuses("10|\"p1\"\n11|\"p2\"\n12|\"p3\"\n13|\"p4\n", "A quote is opened in line 4 and never closed");
            Loaded dump = files.csv("sku|name\n1|pipe\n2|\"pipe of clay\n3|plate\n");
            assertThat(dump.rows()).hasSize(3);
            assertThat(dump.assumed()).containsExactly(
                    "quotes were kept as a part of the texts, as they do not come in pairs: say quote = \" if they stand around texts");
        }

        @Test
        void aFewZeroBytesAreNotUtf16() throws Exception {
            refuses(new byte[] {'\n', '\t', '\t', 0, 'P', '5', ',', 0}, "No table can be made out");
            Path small = files.file("small.csv", "a,b\n1,ö\n", StandardCharsets.UTF_16LE);
            assertThat(files.load(Scan.Csv.of(small)).rows()).containsExactly(List.of("1", "ö"));
        }
    }

    @Nested
    class OneColumn {
        @ParameterizedTest
        @ValueSource(strings = {
            "ann@example.org\nbob@example.org\nc.d@example.com\n",
            "It's fine\nShe said \"hi\", then left.\nWell;\n",
            "Hello world, this is a text.\nIt has two lines, and some commas, you see.\n",
            "Doe, John\nRoe\nMiller, Ann, Dr.\n",
            "2024-01-01 10:00:00,123 INFO  main - started\n2024-01-01 10:00:01,003 WARN  main - slow\n2024-01-01 10:00:02,999 ERROR main - no\n",
            "2024-01-01 10:00:00,123 INFO  main - {a=1,b=2}\n2024-01-01 10:00:01,003 WARN  main - up; or|down\n2024-01-01 10:00:02,999 INFO main x\n",
            "10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /a.gif HTTP/1.0\" 200 2326 \"http://x.example/\" \"Agent/4.08 (Win98; I ;Nav)\"\n"
                    + "10.0.0.2 - - [10/Oct/2000:13:55:37 -0700] \"GET /b,c;d HTTP/1.0\" 404 26 \"-\" \"Agent/4.08 (Win98; I ;Nav)\"\n",
            "Jan  1 10:00:00 host sshd[1]: accepted a key for bob from 10.0.0.1\nJan  1 10:00:00 host cron[1]: (root) CMD (run,parts;x)\n"})
        void holdsTextsOfAnyKind(String texts) throws Exception {
            Loaded loaded = column(texts, (int) texts.lines().count());
            assertThat(loaded.rows()).extracting(row -> row.getFirst()).containsExactlyElementsOf(texts.lines().toList());
        }

        @Test
        void tellsThatItsLinesMayBeCells() throws Exception {
            assertThat(files.csv("red,green stripes\nblue dots\nsome,red,green\nplain red\n").assumed()).containsExactly(ONE_TEXT);
            assertThat(files.csv("A x \"first text\" 1\nB y \"second text\" 2\n").assumed()).containsExactly(ONE_TEXT);
            assertThat(files.csv("ann@example.org\nbob@example.org\n").assumed()).isEmpty();
            assertThat(files.csv("a plain text\n".repeat(40) + "one,with,signs\n").assumed()).as("a few lines of many prove nothing").isEmpty();
            assertThat(files.csv("Doe, John\nRoe\nMiller, Ann, Dr.\n").assumed()).isEmpty();
        }

        @Test
        void aLineOfProseThatBeginsWithACommaIsNoRowOfTwoCells() throws Exception {
            Loaded loaded = files.csv(", made by hand\n, by Ada\nk;v\n, look here\n5;6\n7;8\n, the end\n");
            assertThat(loaded.rows()).containsExactly(List.of("5", "6"), List.of("7", "8"));
            assertThat(loaded.rejects()).hasSize(2);
            assertThat(files.csv(",a,\n,b,\n,c,\n").rows()).hasSize(3);
        }
    }

    @Nested
    class Header {
        @Test
        void mayEndInADelimiterAlone() throws Exception {
            Loaded loaded = files.csv("id,fruit,price,\n1,kiwi,2.5\n");
            assertThat(loaded.fields()).containsExactly("id", "fruit", "price");
            assertThat(loaded.rows()).hasSize(1);
            assertThat(loaded.rejects()).isEmpty();
        }

        @Test
        void isNumberedAsProgramsNumberColumns() throws Exception {
            assertThat(files.csv("col1,col2\nrow1,row2\nrow3,row4\n").fields()).containsExactly("col1", "col2");
            assertThat(files.csv("lot1,lot2\nlot3,lot4\n").rows()).hasSize(2);
            assertThat(files.csv("col1|col2\nx|y\0\n").rejects()).hasSize(1);
        }

        @Test
        void isNoSentenceAndNoQuotation() throws Exception {
            column("\"Ann \"\"the\"\" cook\"\n\"Bob\"\n\"Eve\"\n", 3);
            column("Doe, John\nRoe\nPoe, Ann\n", 3);
            assertThat(column("COLLECT FROM SHOP\nSEND TO HOME\n", 2).assumed()).containsExactly(
                    "the first line was taken for a row like those below it: say header = yes if it is the name of the column");
            assertThat(given("COLLECT FROM SHOP\nSEND TO HOME\n", null, null, null, true, null).rows()).hasSize(1);
            assertThat(given("COLLECT FROM SHOP\nSEND TO HOME\n", null, null, null, false, null).assumed()).isEmpty();
        }

        @Test
        void isToldWhereNothingSpeaksForIt() throws Exception {
            String alike = "kiwi,green\nplum,blue\ncherry,red\n";
            assertThat(files.csv(alike).assumed()).containsExactly(NAMES);
            assertThat(given(alike, null, null, null, true, null).assumed()).isEmpty();
            Loaded rows = given(alike, null, null, null, false, null);
            assertThat(rows.assumed()).isEmpty();
            assertThat(rows.rows()).hasSize(3);
            assertThat(files.csv("fruit,Color\nKiwi,green\nPlum,blue\n").assumed()).isEmpty();
            assertThat(files.csv("name,color\nkiwi,green\nplum,blue\n").assumed()).isEmpty();
            assertThat(files.csv("fruit,price\nkiwi,2.5\nplum,3\n").assumed()).isEmpty();
        }

        @Test
        void isToldWhereNoRowFollows() throws Exception {
            assertThat(files.csv("fruit,price\n").assumed()).containsExactly(ONLY_LINE);
            assertThat(files.csv("fruit,text\nkiwi," + "word ".repeat(80_000) + "\nplum,x\n").assumed()).doesNotContain(ONLY_LINE);
        }
    }

    @Nested
    class Apostrophes {
        @Test
        void areToldWhereTheyAreTakenForQuotes() throws Exception {
            String told = "apostrophes around texts were taken for quotes: say quote = none if they are a part of the texts";
            assertThat(files.csv("1,'a,b'\n2,'c,d'\n").assumed()).containsExactly(told);
            Loaded kept = given("1;'a b'\n2;'c d'\n", null, "", null, null, null);
            assertThat(kept.rows()).containsExactly(List.of("1", "'a b'"), List.of("2", "'c d'"));
            assertThat(kept.assumed()).isEmpty();
            assertThat(files.csv("id,name\n1,O'Neill\n2,'Til\n").assumed()).isEmpty();
        }

        @Test
        void keepARowTogetherThatHoldsOneTooMany() throws Exception {
            Loaded loaded = files.csv("7,'light, soft. It's warm, too','x.example',\n");
            assertThat(loaded.rows()).isEmpty();
            assertThat(loaded.rejects()).extracting(Reject::reason).containsExactly("text stands behind a closing quote");
        }
    }

    @Nested
    class Numbers {
        @Test
        void tellWhichCommasWereTakenForThousands() throws Exception {
            String text = "item;price\nx;100,000.00\ny;50\n";
            assertThat(files.csv(text).assumed()).containsExactly(
                    "the commas in the numbers of column 'price' were taken for thousands separators: say decimal = , if they are not");
            assertThat(given(text, null, null, null, null, ".").assumed()).isEmpty();
            assertThat(given(text, null, null, null, null, ",").types()).containsExactly("TEXT", "TEXT");
            assertThat(files.csv("item,price\nx,100000.00\ny,50\n").assumed()).isEmpty();
        }

        @Test
        void ofAnOrdinaryGermanFileAreNotTold() throws Exception {
            assertThat(files.csv("Artikel;Umsatz\nTau;1.234,50\nRing;2,00\n").assumed()).isEmpty();
        }

        @Test
        void thatAreKeptAsTextAreNotTold() throws Exception {
            Scan.Csv found = files.sniffer().complete(Scan.Csv.of(files.file("file.csv", "item;price\nx;100,000.00\ny;50\n")));
            Scan.Csv asText = found.withColumns(List.of(new Scan.Column("price", Field.of("price", Type.TEXT, "As it stands."))));
            assertThat(files.read(asText, Limits.DEFAULT).assumed()).isEmpty();
            assertThat(files.read(found, Limits.DEFAULT).assumed()).hasSize(1);
        }
    }

    @Test
    void commentsAsWideAsRowsAreTold() throws Exception {
        String text = "id,fruit\n1,kiwi\n#2,plum\n# the rest is old\n3,pear\n";
        assertThat(files.csv(text).assumed()).containsExactly(
                "lines that begin with # were passed over as comments, though some of them are as wide as the rows: "
                        + "say comment = none if they are rows");
        assertThat(given(text, null, null, "", null, null).rows()).hasSize(3);
        assertThat(files.csv("# a list\nid,fruit\n1,kiwi\n").assumed()).isEmpty();
    }

    @Test
    void linesTakenForATitleAreToldIfNoNamesFollow() throws Exception {
        assertThat(files.csv("half\n1;2;3\n4;5;6\n7;8;9\n").assumed()).containsExactly(
                "the first line was passed over as a title, being narrower than the rows, though no names of columns follow");
        assertThat(files.csv("Fruit of May\nid;fruit;price\n1;kiwi;3\n2;plum;4\n").assumed()).isEmpty();
    }

    @Test
    void whatWasAssumedHoldsForTheFileAsItWasThen() throws Exception {
        Path file = files.file("file.csv", "kiwi,green\nplum,blue\n");
        Scan.Csv found = files.sniffer().complete(Scan.Csv.of(file));
        assertThat(files.read(found, Limits.DEFAULT).assumed()).containsExactly(NAMES);
        files.file("file.csv", "kiwi,green\nplum,blue\npear,red\n");
        assertThat(files.read(found, Limits.DEFAULT).assumed()).isEmpty();
        files.sniffer().complete(new Scan.Csv(file, null, null, null, null, null, true, -1, null, null, false, List.of()));
        assertThat(files.read(found, Limits.DEFAULT).assumed()).isEmpty();
    }
}
