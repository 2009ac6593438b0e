package eider;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * One event of the log as a person reads it:
 * {@code 2026-11-23 14:05:09.123+01:00 INFO  [r-17] sync.Sync: inbox: 3 rows}.
 *
 * <p>What comes from outside cannot forge a line or move a terminal's cursor: line ends, escapes and other control characters are written
 * as {@code \n}, {@code \}{@code u001b} and so on. Only a stack trace takes further lines, and those begin with a space.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSxxx").withZone(ZoneId.systemDefault());
    private static final int DEEPEST_CAUSE = 12;

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
        String run = event.getMDCPropertyMap().get("run");
        if (run != null) {
            line.append('[');
            append(line, run);
            line.append("] ");
        }
        append(line, shortened(event.getLoggerName()));
        line.append(": ");
        append(line, event.getFormattedMessage());
        line.append('\n');
        IThrowableProxy cause = event.getThrowableProxy();
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            line.append(depth == 0 ? "    " : "    because of ");
            append(line, cause.getClassName());
            if (cause.getMessage() != null) {
                line.append(": ");
                append(line, cause.getMessage());
            }
            line.append('\n');
            StackTraceElementProxy[] steps = cause.getStackTraceElementProxyArray();
            int own = steps.length - cause.getCommonFrames();
            for (int i = 0; i < own; i++) {
                line.append("        ").append(steps[i].getSTEAsString()).append('\n');
            }
            if (cause.getCommonFrames() > 0) {
                line.append("        … ").append(cause.getCommonFrames()).append(" more\n");
            }
            for (IThrowableProxy suppressed : cause.getSuppressed()) {
                line.append("        and on the way out ");
                append(line, suppressed.getClassName() + ": " + suppressed.getMessage());
                line.append('\n');
            }
            cause = cause.getCause();
        }
        return line.toString();
    }

    /** The last two parts of a logger's name say enough. */
    private static String shortened(String logger) {
        int last = logger.lastIndexOf('.');
        return last < 0 ? logger : logger.substring(logger.lastIndexOf('.', last - 1) + 1);
    }

    private static void append(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (c == '\r') {
                line.append("\\r");
            } else if (c == '\t') {
                line.append(' ');
            } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || isDirection(c)) {
                line.append("\\u").append(String.format("%04x", (int) c));
            } else {
                line.append(c);
            }
        }
    }

    /** Characters that turn the direction of what follows, and can make a line read as another. */
    private static boolean isDirection(char c) {
        return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    }
}
