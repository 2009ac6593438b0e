package eider.store.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {

    @Test
    void fieldsAreLowerSnake() {
        assertThat(Names.fields(List.of("Total Amount (€)", "customerId", "Größe", "UPPER CASE", "a.b-c", "été"))).containsExactly("total_amount",
                "customer_id", "groesse", "upper_case", "a_b_c", "ete");
    }

    @Test
    void fieldsWithoutALetterInFrontGetOne() {
        assertThat(Names.fields(List.of("2024", "", "日本", "_load"))).containsExactly("column_2024", "column_2", "column_3", "load");
    }

    @Test
    void fieldsThatStandTwiceAreCounted() {
        assertThat(Names.fields(List.of("a", "A", "a_2", "a "))).containsExactly("a", "a_2", "a_2_2", "a_3");
    }

    @Test
    void fieldsAreCutToSixtyThreeCharactersAndStayUnique() {
        String longName = "x".repeat(100);
        List<String> names = Names.fields(List.of(longName, longName));
        assertThat(names.get(0)).hasSize(63);
        assertThat(names.get(1)).hasSize(63).endsWith("_2");
    }

    @Test
    void columnsAreCalledAsInTheFile() {
        assertThat(Names.columns(List.of("Id", " Name ", "", "Name", "Name"))).containsExactly("Id", "Name", "column2", "Name_2", "Name_3");
    }

    @Test
    void aCountedColumnGivesWayToOneOfThatName() {
        assertThat(Names.columns(List.of("a", "a", "a_2"))).doesNotHaveDuplicates().contains("a", "a_2");
    }
}
