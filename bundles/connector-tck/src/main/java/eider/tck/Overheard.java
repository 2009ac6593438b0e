package eider.tck;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/**
 * Listens for a secret, from its making to its closing, wherever a connector may write: slf4j at every level, java.util.logging, standard output
 * and error. What is written goes where it went before, too; but slf4j below the level that was set only comes here.
 */
final class Overheard implements AutoCloseable {
    private final Secret secret;
    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private final Logger root;
    private final Level level;
    private final Appender appender = new Appender();
    private final Handler handler = new Records();
    private final java.util.logging.Logger records = java.util.logging.Logger.getLogger("");
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final AtomicLong events = new AtomicLong();

    Overheard(Secret secret) {
        this.secret = secret;
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("Put logback-classic on the test class path, and no other slf4j provider: "
                    + "the contract listens there for secrets.");
        }
        root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        level = root.getLevel();
        appender.setContext(context);
        appender.start();
        root.iteratorForAppenders().forEachRemaining(each -> each.addFilter(new Loud()));
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        records.addHandler(handler);
        System.setOut(new PrintStream(new Copy(out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Copy(err), true, StandardCharsets.UTF_8));
    }

    /** Where the secret was heard so far. */
    List<String> leaks() {
        synchronized (printed) {
            if (secret.isIn(printed.toString(StandardCharsets.UTF_8))) {
                leaks.add("standard output or error");
            }
        }
        return List.copyOf(leaks);
    }

    /** Log lines heard, so that a test can tell silence from deafness. */
    long events() {
        return events.get();
    }

    @Override
    public void close() {
        System.setOut(out);
        System.setErr(err);
        records.removeHandler(handler);
        root.setLevel(level);
        root.detachAppender(appender);
        root.iteratorForAppenders().forEachRemaining(each -> each.clearAllFilters());
        appender.stop();
    }

    /** Keeps what was silent before silent on the other appenders. */
    private final class Loud extends ch.qos.logback.core.filter.Filter<ILoggingEvent> {
        @Override
        public ch.qos.logback.core.spi.FilterReply decide(ILoggingEvent event) {
            return event.getLevel().isGreaterOrEqual(level) ? ch.qos.logback.core.spi.FilterReply.NEUTRAL : ch.qos.logback.core.spi.FilterReply.DENY;
        }
    }

    private final class Appender extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            events.incrementAndGet();
            if (secret.isIn(event.getFormattedMessage() + event.getMDCPropertyMap() + event.getKeyValuePairs())) {
                leaks.add("the log, at " + event.getLevel() + " by " + event.getLoggerName());
            }
            for (IThrowableProxy thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
                if (thrown.getMessage() != null && secret.isIn(thrown.getMessage())) {
                    leaks.add("an exception in the log, at " + event.getLevel() + " by " + event.getLoggerName());
                }
            }
        }
    }

    private final class Records extends Handler {
        @Override
        public void publish(LogRecord event) {
            String text = new java.util.logging.SimpleFormatter().format(event);
            if (secret.isIn(text)) {
                leaks.add("java.util.logging, by " + event.getLoggerName());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private final class Copy extends OutputStream {
        private final OutputStream to;

        Copy(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws java.io.IOException {
            to.write(b);
            synchronized (printed) {
                printed.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws java.io.IOException {
            to.write(bytes, from, length);
            synchronized (printed) {
                printed.write(bytes, from, length);
            }
        }
    }
}
