package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.SourceException;
import eider.connector.Type;
import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
    @TempDir
    Path folder;
    FilesIntoDuckDb files;

    @BeforeEach
    void files() {
        files = new FilesIntoDuckDb(folder);
    }

    private Loaded load(String json) throws Exception {
        return files.load(Scan.Json.of(files.file("file.json", json)));
    }

    @Test
    void readsAnArrayAndOneObjectAfterAnother() throws Exception {
        List<List<String>> rows = List.of(List.of("1", "a"), List.of("2", "b"));
        assertThat(load("[{\"id\":1,\"name\":\"a\"},\n {\"id\":2,\"name\":\"b\"}]").rows()).isEqualTo(rows);
        assertThat(load("{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"b\"}\n").rows()).isEqualTo(rows);
        assertThat(load("{\n \"id\":1,\n \"name\":\"a\"\n}\n{\n \"id\":2, \"name\":\"b\"}").rows()).isEqualTo(rows);
    }

    @Test
    void keepsEveryDigitOfANumber() throws Exception {
        Loaded loaded = load("[{\"amount\":12345678901234567.89,\"id\":9007199254740993},{\"amount\":0.10,\"id\":1}]");
        assertThat(loaded.types()).containsExactly("DECIMAL(38,2)", "INTEGER");
        assertThat(loaded.rows()).containsExactly(List.of("12345678901234567.89", "9007199254740993"), List.of("0.10", "1"));
    }

    @Test
    void textsThatLookLikeNumbersStayTextAndNestedValuesStayJson() throws Exception {
        Loaded loaded = load("[{\"zip\":\"00123\",\"when\":\"2024-02-13T10:00:00Z\",\"tags\":[1,\"a\"],\"ok\":true,\"mixed\":1},"
                + "{\"zip\":\"5\",\"when\":null,\"tags\":{\"k\":1.50},\"ok\":false,\"mixed\":\"x\"}]");
        assertThat(loaded.types()).containsExactly("TEXT", "INSTANT", "JSON", "BOOLEAN", "TEXT");
        assertThat(loaded.rows()).containsExactly(List.of("00123", "2024-02-13T10:00Z", "[1,\"a\"]", "true", "1"),
                Arrays.asList("5", null, "{\"k\":1.50}", "false", "x"));
    }

    @Test
    void tellsNullFromTheEmptyText() throws Exception {
        assertThat(load("[{\"a\":\"\",\"b\":1},{\"a\":null,\"b\":2},{\"b\":3}]").rows())
                .containsExactly(List.of("", "1"), Arrays.asList(null, "2"), Arrays.asList(null, "3"));
    }

    @Test
    void aBrokenLineSpoilsNoOther() throws Exception {
        Loaded loaded = load("{\"id\":1}\n{\"id\":2\n[3]\n{\"id\":4}\n");
        assertThat(loaded.rows()).containsExactly(List.of("1"), List.of("4"));
        assertThat(loaded.rejects()).extracting(Reject::place).containsExactly("line 2", "line 3");
        assertThat(loaded.rejects().get(1)).isEqualTo(new Reject("line 3", "[3]", "this is no JSON object"));
    }

    @Test
    void aValueThatDoesNotFitItsFieldIsPutAside() throws Exception {
        Path file = files.file("file.json", "[{\"id\":1,\"n\":1.5},\n{\"id\":2,\"n\":2},\n{\"id\":null,\"n\":\"x\"}]");
        Scan.Json scan = Scan.Json.of(file).withColumns(List.of(new Scan.Column("id", Field.required("id", Type.INTEGER, "The id.")),
                new Scan.Column("n", Field.of("number", Type.INTEGER, "A number."))));
        Loaded loaded = files.load(scan);
        assertThat(loaded.rows()).containsExactly(List.of("2", "2"));
        assertThat(loaded.rejects()).containsExactly(new Reject("line 1", "{\"id\":1,\"n\":1.5}", "number: '1.5' is no whole number", "{\"id\":\"1\",\"number\":\"1.5\"}"),
                new Reject("line 3", "{\"id\":null,\"n\":\"x\"}", "id: empty, but required; number: 'x' is no whole number", "{\"id\":null,\"number\":\"x\"}"));
    }

    @Test
    void refusesWhatIsNoTable() {
        assertThatThrownBy(() -> load("[{\"id\":1},{\"id\":")).isInstanceOf(SourceException.class)
                .hasMessageContaining("The JSON is broken in line 1");
        assertThatThrownBy(() -> load("[1,2,3]")).hasMessageContaining("not a list of objects");
        assertThatThrownBy(() -> load("\"text\"")).hasMessageContaining("not a list of objects");
        assertThatThrownBy(() -> load("")).hasMessage("The file is empty.");
        assertThatThrownBy(() -> load("[]")).hasMessageContaining("holds no JSON object");
        assertThatThrownBy(() -> load("[".repeat(100_000))).isInstanceOf(SourceException.class);
    }
}
