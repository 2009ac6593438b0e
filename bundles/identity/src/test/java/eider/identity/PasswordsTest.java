package eider.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTest {
    private final Passwords passwords = new Passwords(Home.CHEAP, Duration.ofMillis(50));

    /** From the tests of the reference implementation (P-H-C/phc-winner-argon2, src/test.c), and so read by every other one. */
    @ParameterizedTest
    @ValueSource(strings = {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"})
    void whatTheReferenceImplementationWroteIsUnderstood(String written) throws EngineException {
        assertThat(passwords.matches("password".toCharArray(), written)).isTrue();
        assertThat(passwords.matches("differentpassword".toCharArray(), written)).isFalse();
    }

    @Test
    void theCostIsTheOneOfOwaspAndStandsInTheHash() throws EngineException {
        assertThat(new Passwords().hash(Home.GOOD.toCharArray()))
                .matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
    }

    @Test
    void twoOfTheSameAreNotTheSame() throws EngineException {
        String first = passwords.hash(Home.GOOD.toCharArray());
        assertThat(passwords.hash(Home.GOOD.toCharArray())).isNotEqualTo(first);
        assertThat(passwords.matches(Home.GOOD.toCharArray(), first)).isTrue();
        assertThat(passwords.matches((Home.GOOD + " ").toCharArray(), first)).isFalse();
        assertThat(passwords.matches(new char[0], first)).isFalse();
        assertThat(passwords.matches(null, first)).isFalse();
    }

    @Test
    void nobodyCostsTheSameAndIsNeverRight() throws EngineException {
        long before = passwords.hashes();
        assertThat(passwords.matches(Home.GOOD.toCharArray(), null)).isFalse();
        assertThat(passwords.hashes()).isEqualTo(before + 1);
    }

    @Test
    void thePasswordIsLeftToWhoeverClearsIt() throws EngineException {
        char[] password = Home.GOOD.toCharArray();
        passwords.hash(password);
        assertThat(password).containsExactly(Home.GOOD.toCharArray());
    }

    @Test
    void twoAreReckonedAtATimeAndTheLineIsShort() throws Exception {
        Passwords patient = new Passwords(Home.CHEAP, Duration.ofMinutes(1));
        patient.turns().acquire(2);
        List<Future<String>> waiting = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < 30; i++) {
                waiting.add(threads.submit(() -> patient.hash(Home.GOOD.toCharArray())));
            }
            while (patient.turns().getQueueLength() < 30) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> patient.hash(Home.GOOD.toCharArray())).isInstanceOf(Passwords.BusyException.class);
            assertThat(patient.hashes()).isZero();
            patient.turns().release(2);
            for (Future<String> one : waiting) {
                assertThat(one.get()).startsWith("$argon2id$");
            }
        }
        assertThat(patient.turns().availablePermits()).isEqualTo(2);
    }

    @Test
    void aDamagedHashIsToldAndNotTakenForAWrongPassword() {
        assertThatThrownBy(() -> passwords.matches(Home.GOOD.toCharArray(), "$argon2id$v=19$m=64,t=1,p=1$x$y")).isInstanceOf(EngineException.class)
                .hasMessageContaining("reset link");
    }
}
