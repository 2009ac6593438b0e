package eider;

import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogService;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerConsumer;
import org.slf4j.LoggerFactory;

/**
 * OSGi's log, written to slf4j. Declarative Services, ConfigAdmin and FileInstall report to the OSGi log only, so without this a component whose
 * constructor throws would leave no trace at all.
 *
 * <p>Registered by the launcher instead of a log bundle: it is one class, it is there before the first bundle starts, and it keeps no history.
 * Printf-style loggers ({@code FormatterLogger}) are not offered; nothing here asks for one.
 */
final class OsgiLog implements LogService {

    @Override
    public Logger getLogger(String name) {
        return new Slf4jLogger(LoggerFactory.getLogger(name));
    }

    @Override
    public Logger getLogger(Class<?> type) {
        return getLogger(type.getName());
    }

    @Override
    public <L extends Logger> L getLogger(String name, Class<L> type) {
        if (!type.isAssignableFrom(Slf4jLogger.class)) {
            throw new IllegalArgumentException("there are no loggers of type " + type.getName());
        }
        return type.cast(getLogger(name));
    }

    @Override
    public <L extends Logger> L getLogger(Class<?> type, Class<L> loggerType) {
        return getLogger(type.getName(), loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(Bundle bundle, String name, Class<L> type) {
        return getLogger(Logger.ROOT_LOGGER_NAME.equals(name) && bundle != null ? bundle.getSymbolicName() : name, type);
    }

    @Override
    @Deprecated
    public void log(int level, String message) {
        log(null, level, message, null);
    }

    @Override
    @Deprecated
    public void log(int level, String message, Throwable cause) {
        log(null, level, message, cause);
    }

    @Override
    @Deprecated
    public void log(ServiceReference<?> service, int level, String message) {
        log(service, level, message, null);
    }

    @Override
    @Deprecated
    public void log(ServiceReference<?> service, int level, String message, Throwable cause) {
        Bundle bundle = service == null ? null : service.getBundle();
        org.slf4j.Logger log = LoggerFactory.getLogger(bundle == null ? "osgi" : bundle.getSymbolicName());
        switch (level) {
            case LOG_ERROR -> log.error(message, cause);
            case LOG_WARNING -> log.warn(message, cause);
            case LOG_INFO -> log.info(message, cause);
            default -> log.debug(message, cause);
        }
    }

    /** What the framework itself has to say: a bundle that does not resolve, a listener that throws. It goes to the console where nobody takes it. */
    static final class OfFramework extends org.apache.felix.framework.Logger {
        private final org.slf4j.Logger log = LoggerFactory.getLogger("osgi.framework");

        @Override
        protected void doLog(Bundle bundle, ServiceReference service, int level, String message, Throwable cause) {
            doLog(level, bundle == null ? message : bundle.getSymbolicName() + ": " + message, cause);
        }

        @Override
        protected void doLog(int level, String message, Throwable cause) {
            switch (level) {
                case LOG_ERROR -> log.error(message, cause);
                case LOG_WARNING -> log.warn(message, cause);
                case LOG_INFO -> log.info(message, cause);
                default -> log.debug(message, cause);
            }
        }
    }

    /** OSGi's and slf4j's loggers share their placeholders and their habit of taking a last {@code Throwable} as the cause. */
    private record Slf4jLogger(org.slf4j.Logger log) implements Logger {
        @Override
        public String getName() {
            return log.getName();
        }

        @Override
        public boolean isTraceEnabled() {
            return log.isTraceEnabled();
        }

        @Override
        public void trace(String message) {
            log.trace(message);
        }

        @Override
        public void trace(String format, Object argument) {
            log.trace(format, argument);
        }

        @Override
        public void trace(String format, Object first, Object second) {
            log.trace(format, first, second);
        }

        @Override
        public void trace(String format, Object... arguments) {
            log.trace(format, arguments);
        }

        @Override
        public <E extends Exception> void trace(LoggerConsumer<E> consumer) throws E {
            if (log.isTraceEnabled()) {
                consumer.accept(this);
            }
        }

        @Override
        public boolean isDebugEnabled() {
            return log.isDebugEnabled();
        }

        @Override
        public void debug(String message) {
            log.debug(message);
        }

        @Override
        public void debug(String format, Object argument) {
            log.debug(format, argument);
        }

        @Override
        public void debug(String format, Object first, Object second) {
            log.debug(format, first, second);
        }

        @Override
        public void debug(String format, Object... arguments) {
            log.debug(format, arguments);
        }

        @Override
        public <E extends Exception> void debug(LoggerConsumer<E> consumer) throws E {
            if (log.isDebugEnabled()) {
                consumer.accept(this);
            }
        }

        @Override
        public boolean isInfoEnabled() {
            return log.isInfoEnabled();
        }

        @Override
        public void info(String message) {
            log.info(message);
        }

        @Override
        public void info(String format, Object argument) {
            log.info(format, argument);
        }

        @Override
        public void info(String format, Object first, Object second) {
            log.info(format, first, second);
        }

        @Override
        public void info(String format, Object... arguments) {
            log.info(format, arguments);
        }

        @Override
        public <E extends Exception> void info(LoggerConsumer<E> consumer) throws E {
            if (log.isInfoEnabled()) {
                consumer.accept(this);
            }
        }

        @Override
        public boolean isWarnEnabled() {
            return log.isWarnEnabled();
        }

        @Override
        public void warn(String message) {
            log.warn(message);
        }

        @Override
        public void warn(String format, Object argument) {
            log.warn(format, argument);
        }

        @Override
        public void warn(String format, Object first, Object second) {
            log.warn(format, first, second);
        }

        @Override
        public void warn(String format, Object... arguments) {
            log.warn(format, arguments);
        }

        @Override
        public <E extends Exception> void warn(LoggerConsumer<E> consumer) throws E {
            if (log.isWarnEnabled()) {
                consumer.accept(this);
            }
        }

        @Override
        public boolean isErrorEnabled() {
            return log.isErrorEnabled();
        }

        @Override
        public void error(String message) {
            log.error(message);
        }

        @Override
        public void error(String format, Object argument) {
            log.error(format, argument);
        }

        @Override
        public void error(String format, Object first, Object second) {
            log.error(format, first, second);
        }

        @Override
        public void error(String format, Object... arguments) {
            log.error(format, arguments);
        }

        @Override
        public <E extends Exception> void error(LoggerConsumer<E> consumer) throws E {
            if (log.isErrorEnabled()) {
                consumer.accept(this);
            }
        }

        @Override
        public void audit(String message) {
            log.info(message);
        }

        @Override
        public void audit(String format, Object argument) {
            log.info(format, argument);
        }

        @Override
        public void audit(String format, Object first, Object second) {
            log.info(format, first, second);
        }

        @Override
        public void audit(String format, Object... arguments) {
            log.info(format, arguments);
        }
    }
}
