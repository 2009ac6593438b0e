package eider.tck.broken;

import eider.connector.SourceException;
import eider.connector.Tally;
import eider.tck.ledger.CountingLedgerSource;
import eider.tck.ledger.LedgerConfig;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Ledgers that count, each in one way wrong. */
public final class Miscounting {
    private Miscounting() {
    }

    /** Does not look at the cursor: what came after the read is counted too. */
    public static class Ahead extends CountingLedgerSource {
        public Ahead(LedgerConfig config) {
            super(config);
        }

        @Override
        protected boolean isCounted(long version, long last) {
            return true;
        }
    }

    /** Rounds what it adds up. */
    public static class Rounding extends CountingLedgerSource {
        public Rounding(LedgerConfig config) {
            super(config);
        }

        @Override
        protected Tally tally(Map<String, BigDecimal> entries) {
            double sum = entries.values().stream().mapToDouble(BigDecimal::doubleValue).sum();
            return Tally.of(entries.size(), Map.of("amount", BigDecimal.valueOf(sum + 0.001)));
        }
    }

    /** Is never sure of anything, and so can never be found wrong. */
    public static class Evasive extends CountingLedgerSource {
        public Evasive(LedgerConfig config) {
            super(config);
        }

        @Override
        protected Tally tally(Map<String, BigDecimal> entries) {
            return Tally.of(0, Map.of()).unsettled(Tally.ANY, "nobody knows");
        }
    }

    /** Waits without hearing anybody. */
    public static class Deaf extends CountingLedgerSource {
        public Deaf(LedgerConfig config) {
            super(config);
        }

        @Override
        protected void pause() {
            if (!Thread.currentThread().isInterrupted()) {
                return;
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
        }
    }

    /** Does not look at its options before it counts. */
    public static class Trusting extends CountingLedgerSource {
        public Trusting(LedgerConfig config) {
            super(config);
        }

        @Override
        protected void checkBeforeCounting() throws SourceException {
            if (config.page() < 0) {
                check();
            }
        }
    }
}
