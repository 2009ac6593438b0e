package eider.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import eider.tck.broken.DeafSource;
import eider.tck.broken.DoublingSource;
import eider.tck.broken.ForgetfulSource;
import eider.tck.broken.HoardingSource;
import eider.tck.broken.LingeringSource;
import eider.tck.broken.LoudSource;
import eider.tck.broken.Miscounting;
import eider.tck.broken.TalkativeSource;
import eider.tck.broken.UnstableSource;
import eider.tck.broken.VagueSource;
import eider.tck.broken.WrongTypeSource;
import eider.tck.ledger.CountingLedgerContract;
import eider.tck.ledger.CountingLedgerSource;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerContract;
import eider.tck.sharing.SharingSource;
import eider.tck.staying.StayingSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract can fail: each of these sources breaks one clause, and the tests of that clause and of no other one find it. */
class BrokenSourcesTest {

    @Test
    void wrongTypesBreakS2() {
        assertBreaks(WrongType.class, "S2", "got a java.lang.Double");
    }

    @Test
    void unstableDiscoveryBreaksS1() {
        assertBreaks(Unstable.class, "S1", "second discovery");
    }

    @Test
    void aReadThatOutlivesItsInterruptBreaksS5() {
        assertBreaks(Deaf.class, "S5", "still ran two seconds after its interrupt");
    }

    @Test
    void aThreadThatStaysBreaksS5() {
        assertBreaks(Lingering.class, "S5", "keeps-the-connection-warm");
    }

    @Test
    void aSecretInTheLogBreaksS7() {
        assertBreaks(Loud.class, "S7", "the log, at TRACE");
    }

    @Test
    void aSecretInTheCauseOfAnExceptionBreaksS7() {
        assertBreaks(Talkative.class, "S7", "the message of a java.lang.IllegalStateException");
    }

    @Test
    void aRowLostOnResumeBreaksS3() {
        assertBreaks(Forgetful.class, "S3", "after a stop at checkpoint");
    }

    @Test
    void rowsDoubledByASecondReadBreakS4() {
        assertBreaks(Doubling.class, "S4", "from the start again");
    }

    @Test
    void anOptionThatIsNotNamedBreaksS8() {
        assertBreaks(Vague.class, "S8", "the message does not name it");
    }

    @Test
    void anUndocumentedOptionBreaksS8() {
        assertBreaks(Undocumented.class, "S8", "README.md");
    }

    @Test
    void sharedStateBreaksS9() {
        assertBreaks(Sharing.class, "S9", "while the second one reads");
    }

    @Test
    void memoryThatGrowsWithTheRowsBreaksS13() {
        assertBreaks(Hoarding.class, "S13", "reachable heap");
    }

    @Test
    void anAbilityThatIsDeniedButThereBreaksS3() {
        assertBreaks(Modest.class, "S3", "RESUMES");
    }

    @Test
    void aClassLoaderThatStaysBreaksS10() {
        assertBreaks(Staying.class, "S10", "22 of 22 class loaders");
    }

    @Test
    void aCountThatDoesNotLookAtTheCursorBreaksS14() {
        assertBreaks(Ahead.class, "S14", "said to lie up to a cursor that stands for nothing read yet");
    }

    @Test
    void aSumThatIsRoundedBreaksS14() {
        assertBreaks(Rounding.class, "S14", "comparisons of a world that did not change");
    }

    @Test
    void aCountThatIsSureOfNothingBreaksS14() {
        assertBreaks(Evasive.class, "S14", "comparisons of a world that did not change");
    }

    @Test
    void aCountThatOutlivesItsInterruptBreaksS14() {
        assertBreaks(DeafCounting.class, "S14", "ended within two seconds of its interrupt");
    }

    @Test
    void aCountThatBlamesTheWorldForAWrongOptionBreaksS14() {
        assertBreaks(Trusting.class, "S14", "when 'file' is '/nowhere/at/all', it says TEMPORARY");
    }

    @Test
    void aCountThatIsDeniedButThereBreaksS14() {
        assertBreaks(Denied.class, "S14", "said to lack the ability COUNTS");
    }

    /** S13 is left out unless it is asked for: it costs two more JVMs each time. */
    private static void assertBreaks(Class<?> contract, String clause, String telling) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherDiscoveryRequestBuilder tests = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(contract));
        if (!clause.equals("S13")) {
            tests.filters(TagFilter.excludeTags("S13"));
        }
        LauncherFactory.create().execute(tests.build(), listener);
        assertThat(listener.getSummary().getTestsStartedCount()).as("tests of the contract").isGreaterThanOrEqualTo(11);
        Map<String, String> failures = listener.getSummary().getFailures().stream()
                .collect(Collectors.toMap(BrokenSourcesTest::clauses, failure -> failure.getException().toString(), String::concat, TreeMap::new));
        assertThat(failures).containsOnlyKeys(clause);
        assertThat(failures.get(clause)).contains(telling);
    }

    private static String clauses(TestExecutionSummary.Failure failure) {
        return failure.getTestIdentifier().getTags().stream().map(TestTag::getName).collect(Collectors.joining(","));
    }

    static class WrongType extends LedgerContract {
        WrongType() {
            super(WrongTypeSource.class);
        }
    }

    static class Unstable extends LedgerContract {
        Unstable() {
            super(UnstableSource.class);
        }
    }

    static class Deaf extends LedgerContract {
        Deaf() {
            super(DeafSource.class);
        }
    }

    static class Lingering extends LedgerContract {
        Lingering() {
            super(LingeringSource.class);
        }
    }

    static class Loud extends LedgerContract {
        Loud() {
            super(LoudSource.class);
        }
    }

    static class Talkative extends LedgerContract {
        Talkative() {
            super(TalkativeSource.class);
        }
    }

    static class Forgetful extends LedgerContract {
        Forgetful() {
            super(ForgetfulSource.class);
        }
    }

    static class Doubling extends LedgerContract {
        Doubling() {
            super(DoublingSource.class);
        }
    }

    static class Vague extends LedgerContract {
        Vague() {
            super(VagueSource.class);
        }
    }

    static class Undocumented extends LedgerContract {
        @Override
        public Path module() {
            return super.module().resolve("undocumented");
        }

        @Override
        public Path sample() {
            return super.module().resolve("config").resolve("ledger~sample.cfg");
        }
    }

    static class Sharing extends LedgerContract {
        Sharing() {
            super(SharingSource.class);
        }
    }

    static class Hoarding extends LedgerContract {
        Hoarding() {
            super(HoardingSource.class);
        }
    }

    static class Modest extends LedgerContract {
        @Override
        public Set<Ability> lacks() {
            return Set.of(Ability.RESUMES, Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS, Ability.COUNTS);
        }
    }

    static class Ahead extends CountingLedgerContract {
        Ahead() {
            super(Miscounting.Ahead.class);
        }
    }

    static class Rounding extends CountingLedgerContract {
        Rounding() {
            super(Miscounting.Rounding.class);
        }
    }

    static class Evasive extends CountingLedgerContract {
        Evasive() {
            super(Miscounting.Evasive.class);
        }
    }

    static class DeafCounting extends CountingLedgerContract {
        DeafCounting() {
            super(Miscounting.Deaf.class);
        }
    }

    static class Trusting extends CountingLedgerContract {
        Trusting() {
            super(Miscounting.Trusting.class);
        }
    }

    static class Denied extends LedgerContract {
        Denied() {
            super(CountingLedgerSource.class);
        }
    }

    static class Staying extends LedgerContract implements FelixContract {
        @Override
        public Path bundle() {
            return TestBundle.of("staying", StayingSource.class, LedgerConfig.class, LedgerContract.class);
        }
    }
}
