package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why DuckDB is not simply given the file: if one of these fails after an update of DuckDB, a rule of this package may be dropped. */
class DuckDbTrapsTest {
    @TempDir
    Path folder;

    private List<List<String>> read(String content, String columns) throws Exception {
        Path file = Files.writeString(folder.resolve("trap.csv"), content);
        try (Ingest duck = Ingest.open(folder, List.of(), Limits.DEFAULT)) {
            return duck.rows("SELECT * FROM read_csv(" + ScanSql.literal(file.toString()) + ", auto_detect = false, header = true, delim = ',', "
                    + "quote = '\"', escape = '\"', store_rejects = true, rejects_limit = 0, columns = {" + columns + (columns.contains("}") ? ")" : "})"));
        }
    }

    @Test
    void roundsAFractionToAWholeNumber() throws Exception {
        assertThat(read("quantity\n1.5\n", "'quantity': 'BIGINT'")).containsExactly(List.of("2"));
    }

    @Test
    void roundsAwayDigitsBehindTheDecimalMark() throws Exception {
        assertThat(read("price\n1.23456\n", "'price': 'DECIMAL(18,4)'")).containsExactly(List.of("1.2346"));
    }

    @Test
    void losesTheRowsBehindAQuoteThatIsNeverClosed() throws Exception {
        assertThat(read("id,name\n1,a\n2,\"b\n3,c\n4,d\n", "'id': 'BIGINT', 'name': 'VARCHAR'")).containsExactly(List.of("1", "a"));
    }

    @Test
    void readsNothingOfAFileWhoseLineEndsAreMixed() throws Exception {
        assertThat(read("\n\nid,name\r\n1,a\r\n2,b\r\n", "'id': 'BIGINT', 'name': 'VARCHAR'}, skip = 2")).isEmpty();
    }

    @Test
    void takesALineEndWithinQuotesForThatOfAllRows() throws Exception {
        assertThat(read("\"id\r\nof row\",name\n1,a\n2,b\n", "'id': 'BIGINT', 'name': 'VARCHAR'")).hasSizeLessThan(2);
    }

    @Test
    void readsJsonNumbersAsBinaryFractions() throws Exception {
        Path file = Files.writeString(folder.resolve("trap.json"), "[{\"amount\":12345678901234567.89}]");
        try (Ingest duck = Ingest.open(folder, List.of(), Limits.DEFAULT)) {
            assertThat(duck.rows("SELECT amount::VARCHAR FROM read_json(" + ScanSql.literal(file.toString())
                    + ", columns = {amount: 'DECIMAL(38,2)'})"))
                    .doesNotContain(List.of("12345678901234567.89"));
        }
    }
}
