package eider.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.store.Patterns;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be written, what it means, and what is said of what cannot be. */
class RulesTest {

    private static Rule rule(String text) {
        List<Rule> rules = Rules.parse(text, Patterns::check);
        assertThat(rules).hasSize(1);
        return rules.getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "customer required -> fail",
        "order_id unique -> quarantine",
        "order_id, line unique -> warn",
        "total_amount in 0..1000000 -> quarantine",
        "total_amount in -0.5.. -> warn",
        "date in ..2026-12-31 -> warn",
        "date in 2020-01-01..2026-12-31 -> warn",
        "quantity above 0 where kind is sale -> warn",
        "quantity below 10.5 where kind is not refund -> warn",
        "status one of paid, open, void -> warn",
        "status one of 'on hold', 'it''s; over', '', O'Brien, \"-quoted -> warn",
        "email matches .+@.+ -> warn",
        "code matches [A-Z]+ where region is 'Latin America' -> warn",
        "code matches '[A-Z]{2,3} ;->.*' -> quarantine",
        "customer_id exists in shop.customers.id -> quarantine",
        "product_name exists in products.name -> warn",
        "updated_at newer than 2d -> fail",
        "updated_at newer than 90m -> warn",
        "rows within 50% of the last 7 loads -> fail"
    })
    void aRuleSaysItselfAgainAsItWasWritten(String text) {
        if (text.contains("\"-quoted")) {
            text = text.replace("\"-quoted", "'\"-quoted'");
        }
        Rule rule = rule(text);
        assertThat(rule).hasToString(text);
        assertThat(rule(rule.toString())).isEqualTo(rule);
    }

    @Test
    void rulesStandOnLinesOrBetweenSemicolonsAndSpacesAndCapitalsDoNotMatter() {
        assertThat(Rules.parse(" customer required;; order_id UNIQUE->Fail\n\n status One Of paid ,open->warn ; email matches .+@[a-z]{1,9}\\.[a-z;", pattern -> { })
                .stream().map(Rule::toString)).containsExactly("customer required -> warn", "order_id unique -> fail", "status one of paid, open -> warn",
                        "email matches .+@[a-z]{1,9}\\.[a-z -> warn");
    }

    @Test
    void withoutAnArrowItWarns() {
        assertThat(rule("customer required").action()).isEqualTo(Action.WARN);
    }

    @Test
    void aSpanOfTimeIsCountedInMinutesHoursDaysOrWeeks() {
        assertThat(List.of("30m", "12h", "7d", "2w").stream().map(Durations::parse)).containsExactly(Duration.ofMinutes(30), Duration.ofHours(12), Duration.ofDays(7),
                Duration.ofDays(14));
        for (String wrong : List.of("0d", "7", "d", "-1d", "1.5h", "P7D", "9999999d")) {
            assertThatThrownBy(() -> Durations.parse(wrong)).hasMessageContaining("'" + wrong + "' is no span of time").hasMessageContaining("7d");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "total_amount                                  | after a column comes one of: required, unique",
        "total_amount between 0 and 5                  | not 'between 0 and 5'",
        "total_amount in 0...5x                        | neither a number such as",
        "total_amount in 5..0                          | the lower bound comes first",
        "total_amount in 0..2026-01-01                 | of two numbers or of two days",
        "total_amount in 0 .. 5                        | without spaces",
        "total_amount in 1,000..2                      | write 'one of'",
        "total_amount in ..                            | such as 0..100",
        "Total required                                | 'Total' is no name",
        "a;b                                           | after a column comes",
        "\"a\" required -> drop                        | after '->' comes warn, quarantine or fail, not 'drop'",
        "a required ->                                 | after '->' comes warn, quarantine or fail",
        "a required please                             | what follows 'a required' is not understood: please",
        "a, b required                                 | only 'unique' takes several columns",
        "status one of                                 | a value is missing",
        "status one of paid, -> warn                   | a value is missing",
        "status one of 'paid                           | a quote is opened and not closed",
        "code matches                                  | after 'matches' comes a pattern",
        "code matches (a                               | no pattern of RE2: missing ): (a",
        "code matches (?<=a)b                          | no pattern of RE2",
        "a exists in b                                 | connection.dataset.column",
        "a exists in b.c.d.e                           | connection.dataset.column",
        "a exists in shop.x;drop                       | after a column comes",
        "a exists in shop.x\"y                         | no name",
        "a newer than soon                             | no span of time",
        "a newer than 2d -> quarantine                 | there is no row to quarantine: say warn or fail",
        "rows within 50% of the last 7 loads -> quarantine | there is no row to quarantine: say warn or fail",
        "rows within half of the last 7 loads          | it is written: rows within 50%",
        "rows within 50% of the last 0 loads           | it is written: rows within 50%",
        "a newer than 2d where b is c                  | it takes no 'where'",
        "a required where b                            | 'is' or 'is not'",
        "a required where b is                         | a value is missing",
        "a required; a required                        | it stands there twice"
    })
    void whatIsNoRuleIsShownWithWhatIsAllowed(String text, String told) {
        assertThatThrownBy(() -> Rules.parse(text, Patterns::check)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("rule '")
                .hasMessageContaining(told);
    }
}
