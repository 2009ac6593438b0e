package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import eider.store.ingest.FilesIntoDuckDb.Loaded;
import java.nio.file.Path;
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
}
