package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Scan;
import eider.connector.Type;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingSinkTest {
    private static final Field ID = Field.required("id", Type.TEXT, "The key.");
    private static final Field AMOUNT = Field.of("amount", Type.decimal(6, 2), "How much.");
    private static final Dataset KEYED = new Dataset("keyed", "With a key.", List.of(ID, AMOUNT), List.of("id"));
    private static final Dataset KEYLESS = new Dataset("keyless", "Without one.", List.of(ID, AMOUNT), List.of());

    @Test
    void findsNothingWrongInWhatIsRight() throws Exception {
        RecordingSink sink = new RecordingSink(KEYLESS);
        sink.part("a.csv", "1");
        sink.upsert("x", new BigDecimal("1234.50"));
        sink.upsert("y", null);
        sink.checkpoint(new Cursor("1"));
        sink.part("b.csv", "2");
        sink.checkpoint(new Cursor("2"));
        sink.returned();
        assertThat(sink.faults()).isEmpty();
        assertThat(sink.rows()).isEqualTo(2);
    }

    @Test
    void missesThePartOfARowWithoutAKey() throws Exception {
        RecordingSink sink = new RecordingSink(KEYLESS);
        sink.part("a.csv", "1");
        sink.checkpoint(new Cursor("1"));
        sink.upsert("x", null);
        assertThat(sink.faults()).singleElement().asString().contains("without a part");
    }

    @Test
    void missesTheLastCheckpoint() throws Exception {
        RecordingSink sink = new RecordingSink(KEYED);
        sink.upsert("x", null);
        sink.returned();
        assertThat(sink.faults()).singleElement().asString().contains("no checkpoint followed");
    }

    @Test
    void holdsValuesAgainstTheirFields() throws Exception {
        RecordingSink sink = new RecordingSink(KEYED);
        sink.upsert(1L, null);
        sink.upsert(null, null);
        sink.upsert("x", new BigDecimal("0.001"));
        sink.upsert("x", new BigDecimal("12345"));
        sink.delete(2);
        assertThat(sink.faults()).hasSize(5);
        assertThatThrownBy(() -> sink.upsert("x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void holdsScansAgainstTheDataset(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.csv"), "amount\n1\n");
        RecordingSink sink = new RecordingSink(KEYED);
        sink.scan(Scan.Csv.of(file));
        assertThat(sink.faults()).anyMatch(fault -> fault.contains("without columns")).anyMatch(fault -> fault.contains("required field 'id'"));
        sink.faults().clear();
        Field other = Field.of("amount", Type.DOUBLE, "Something else.");
        sink.scan(Scan.Csv.of(file).withColumns(List.of(new Scan.Column("amount", other), new Scan.Column("id", ID))));
        assertThat(sink.faults()).singleElement().asString().contains("discovery said DECIMAL(6,2)");
    }

    @Test
    void wantsCallsFromTheReadingThread() throws Exception {
        RecordingSink sink = new RecordingSink(KEYED);
        Thread other = Thread.ofPlatform().start(() -> sink.progress("reading", 1, 2));
        other.join();
        assertThat(sink.faults()).singleElement().asString().contains("not from the one that reads");
    }

    @Test
    void sumsUpTheSameRowsInAnyOrder() throws Exception {
        RecordingSink one = new RecordingSink(KEYED);
        one.upsert("x", null);
        one.upsert("y", BigDecimal.ONE);
        RecordingSink other = new RecordingSink(KEYED);
        other.upsert("y", BigDecimal.ONE);
        other.upsert("x", null);
        assertThat(one.sum()).isEqualTo(other.sum());
        other.upsert("x", null);
        assertThat(one.sum()).isNotEqualTo(other.sum());
    }
}
