package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import eider.connector.Source;
import eider.tck.broken.Tills;
import eider.tck.till.TillContract;
import eider.tck.till.TillSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * S6, S11, S12, and S5 over the network can fail: each of these sources breaks one of them, and the tests of that clause find it. S2 is asked too,
 * which shows that the source is else sound; more would only cost time, since a source of another kind could not break them by what is broken here.
 */
class BrokenTillsTest {
    /** The source that {@link Broken} tests: a launcher makes the contract by its constructor without parameters. */
    private static Class<? extends Source> type;
    private static Set<Ability> lacks;

    static List<Arguments> broken() {
        return List.of(
                broken(Tills.Stolid.class, "S5", "while the answer to request 1 did not come"),
                broken(Tills.Hopeful.class, "S6", "when the outside system gives 401 from request 1 of", "it says TEMPORARY, not AUTH"),
                broken(Tills.Hasty.class, "S6", "429 with Retry-After as a date", "it says to wait 0 s, and was told 97"),
                broken(Tills.Content.class, "S6", "500 with a page of HTML from request 2", "a connection that is cut within the answer",
                "goes on as if all had been well"),
                broken(Tills.Trusting.class, "S6", "ends in the middle of its JSON", "it throws java.lang.IllegalStateException"),
                broken(Tills.Stubborn.class, "S6", "nothing is said for 20 s"),
                broken(Tills.Boastful.class, "S6", "and was well again"),
                broken(Tills.UnknownTable.class, "S11", "fills turnover", "fills no canonical table"),
                broken(Tills.UnknownDataset.class, "S11", "reads no dataset of the source, which are [sales]"),
                broken(Tills.UnknownColumn.class, "S11", "gives the column 'article', which is none of sales's"),
                broken(Tills.Rootless.class, "S11", "loses _row"),
                broken(Tills.WrongRoot.class, "S11", "looks from one row at another"),
                broken(Tills.Shifted.class, "S11", "gives a _row that is not that of the raw row it comes from"),
                broken(Tills.Uprooted.class, "S11", "gives rows whose _row is empty"),
                broken(Tills.Rounding.class, "S11", "gives 'total_amount' as DOUBLE"),
                broken(Tills.Neighbourly.class, "S11", "looks from one row at another"),
                broken(Tills.Twofold.class, "S11", "the same canonical row 2 times"),
                broken(Tills.Unparsable.class, "S11", "cannot be applied"),
                broken(Tills.Overstating.class, "S11", "totals of the canonical tables after a first read"),
                broken(Tills.Forgetting.class, "S11", "totals of the canonical tables after a change"),
                broken(Tills.Open.class, "S12", "a delivery without headers is accepted", "a body with another byte at 0"),
                broken(Tills.Polite.class, "S12", "a delivery without headers is accepted", "none is taken for a signature"),
                broken(Tills.Unguarded.class, "S12", "whose 'webhook_secret' is empty is accepted"),
                broken(Tills.Curious.class, "S12", "a body with another byte at 0 is answered by DATA, not AUTH"),
                broken(Tills.Rash.class, "S12", "reaches a sink before it is refused"),
                broken(Tills.Mistaken.class, "S12", "is answered by CONFIG, not AUTH"),
                broken(Tills.Multiplying.class, "S12", "tables after the same deliveries once more"),
                broken(Tills.Gullible.class, "S12", "tables after the same deliveries once more"),
                broken(Tills.Asking.class, "S12", "what receive sends over the network"),
                broken(Tills.Advancing.class, "S12", "a delivery moves no cursor"),
                broken(Tills.Deaf.class, "S12", "tables after a change that deliveries told"),
                broken(Tills.Single.class, "S12", "receive still ran after two seconds"),
                broken(Tills.Untaped.class, "S15", "nothing that came from outside is in the recording"),
                broken(Tills.Reaching.class, "S15", "what was asked otherwise than when it was recorded"));
    }

    private static Arguments broken(Class<? extends Source> type, String clause, String... telling) {
        return Arguments.of(type, clause, List.of(telling));
    }

    @ParameterizedTest(name = "{0} breaks {1}")
    @MethodSource("broken")
    void isFound(Class<? extends Source> type, String clause, List<String> telling) {
        assertBreaks(Broken.class, type, Set.of(), clause, telling);
    }

    @Test
    void httpThatIsDeniedButThereBreaksS6() {
        assertBreaks(Unwired.class, TillSource.class, Set.of(Ability.HTTP), "S6",
                List.of("what a connector that is said to lack the ability HTTP sends"));
    }

    @Test
    void modelsThatAreDeniedButThereBreakS11() {
        assertBreaks(Broken.class, TillSource.class, Set.of(Ability.MODELS), "S11",
                List.of("models of a connector that is said to lack the ability MODELS"));
    }

    @Test
    void aWebhookThatIsDeniedButThereBreaksS12() {
        assertBreaks(Broken.class, TillSource.class, Set.of(Ability.WEBHOOKS), "S12",
                List.of("a connector that is said to lack the ability WEBHOOKS"));
    }

    @Test
    void anAbilityToReplayThatIsDeniedButThereBreaksS15() {
        assertBreaks(Broken.class, TillSource.class, Set.of(Ability.REPLAYS), "S15", List.of("exchanges on the tape of a connector that is said to lack the ability REPLAYS"));
    }

    private static void assertBreaks(Class<?> contract, Class<? extends Source> type, Set<Ability> lacks, String clause, List<String> telling) {
        BrokenTillsTest.type = type;
        BrokenTillsTest.lacks = lacks;
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(contract))
                .filters(TagFilter.includeTags("S2", clause)).build(), listener);
        assertThat(listener.getSummary().getTestsStartedCount()).as("tests of the contract").isGreaterThanOrEqualTo(2);
        Map<String, String> failures = listener.getSummary().getFailures().stream()
                .collect(Collectors.toMap(failure -> failure.getTestIdentifier().getTags().stream().map(TestTag::getName)
                .collect(Collectors.joining(",")),
                        failure -> failure.getException().toString(), String::concat, TreeMap::new));
        assertThat(failures).containsOnlyKeys(clause);
        assertThat(failures.get(clause)).contains(telling);
    }

    static class Broken extends TillContract {
        Broken() {
            super(type);
        }

        @Override
        public Set<Ability> lacks() {
            return Stream.concat(lacks.stream(), super.lacks().stream()).collect(Collectors.toSet());
        }

        @Override
        public int rows() {
            return 40;
        }
    }

    /** Says nothing of its address, as one does who speaks no HTTP. */
    static class Unwired extends Broken {
        @Override
        public Outside outside(Path home, String name) throws java.io.IOException {
            Outside till = super.outside(home, name);
            return new Outside() {
                @Override
                public Map<String, String> options() {
                    return till.options();
                }

                @Override
                public void fill(int rows) throws Exception {
                    till.fill(rows);
                }

                @Override
                public void change() throws Exception {
                    till.change();
                }

                @Override
                public URI address() {
                    return null;
                }

                @Override
                public List<Total> totals() throws Exception {
                    return till.totals();
                }

                @Override
                public List<eider.connector.Delivery> deliveries() throws Exception {
                    return till.deliveries();
                }

                @Override
                public void close() throws java.io.IOException {
                    till.close();
                }
            };
        }
    }
}
