package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PagingTest {

    @Test
    void goesOnWhileThereIsACursorAndEndsWithoutOne() throws Exception {
        Map<String, String> next = new HashMap<>(Map.of("1", "2", "2", "3", "3", " "));
        next.put(null, "1");
        List<String> read = new ArrayList<>();
        Paging.each("orders", null, cursor -> {
            read.add(cursor);
            return next.get(cursor);
        });
        assertThat(read).containsExactly(null, "1", "2", "3");
    }

    @Test
    void theSameCursorAtOnceIsAnErrorNotALoop() {
        List<String> read = new ArrayList<>();
        assertThatThrownBy(() -> Paging.each("orders", "a", cursor -> {
            read.add(cursor);
            return "a";
        })).isInstanceOfSatisfying(SourceException.class, e -> assertThat(e.kind()).isEqualTo(SourceException.Kind.DATA))
                .hasMessageContaining("orders");
        assertThat(read).containsExactly("a");
    }

    @Test
    void aLongCircleIsAnErrorToo() {
        for (int length : List.of(2, 3, 10, 1_000)) {
            int[] pages = {0};
            assertThatThrownBy(() -> Paging.each("orders", null, cursor -> {
                pages[0]++;
                int at = cursor == null ? -20 : Integer.parseInt(cursor);
                return "" + (at + 1 == length ? 0 : at + 1);
            })).isInstanceOf(SourceException.class).hasMessageContaining("circle");
            assertThat(pages[0]).as("pages read of a circle of %d", length).isLessThan(20 + 3 * length + 64);
        }
    }

    @Test
    void manyPagesAreNoCircle() throws Exception {
        int[] pages = {0};
        Paging.each("orders", "0", cursor -> {
            pages[0]++;
            return pages[0] == 100_000 ? null : "" + pages[0];
        });
        assertThat(pages[0]).isEqualTo(100_000);
    }

    @Test
    void anInterruptEndsItBeforeTheNextPage() {
        int[] pages = {0};
        assertThatThrownBy(() -> Paging.each("orders", "0", cursor -> {
            Thread.currentThread().interrupt();
            return "" + ++pages[0];
        })).isInstanceOf(InterruptedException.class);
        assertThat(pages[0]).isEqualTo(1);
    }
}
