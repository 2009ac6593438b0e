package eider.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.connector.SourceException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {

    @Test
    void headingsThatDifferInCaseAndSpacesGiveOneName() {
        assertThat(List.of("Total Amount", "totalAmount", "TOTAL_AMOUNT", " total-amount ").stream().map(Names::snake)).containsOnly("total_amount");
    }

    @Test
    void foreignLettersBecomeLatinOnes() {
        assertThat(Names.snake("Größe (cm)")).isEqualTo("groesse_cm");
        assertThat(Names.snake("Prénom")).isEqualTo("prenom");
        assertThat(Names.snake("2024")).isEqualTo("column_2024");
    }

    @Test
    void everyNameIsLegalAndDistinct() {
        List<String> names = Names.unique(List.of("价格", "id", "ID", "", "_x", "a".repeat(200), "a".repeat(201), "id_2"));
        assertThat(names).doesNotHaveDuplicates().allMatch(Names::legal).startsWith("column_1", "id", "id_2", "column_4", "x");
    }

    @Test
    void pairsMayHoldCommasInQuotes() throws Exception {
        assertThat(Options.pairs("columns", "Datum=date, \"Preis, netto\"=unit_price"))
                .containsEntry("Datum", "date").containsEntry("Preis, netto", "unit_price").hasSize(2);
    }

    @Test
    void aBrokenPairNamesTheOption() {
        assertThatThrownBy(() -> Options.pairs("columns", "Datum")).isInstanceOf(SourceException.class).hasMessageContaining("'columns'")
                .hasMessageContaining("Datum");
        assertThatThrownBy(() -> Options.choice("when_changed", "add", "replace", "append")).hasMessageContaining("replace, append");
    }
}
