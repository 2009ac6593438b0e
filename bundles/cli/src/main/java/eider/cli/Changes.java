package eider.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a command that changes something, or takes rows out of the house: {@link Cli} sees to it that one entry stands in the audit trail for it, whatever became of it. The
 * command tells its {@link Trail} to what, and what was before and after. The other kind of command is {@link Reads}; a command that is neither is not accepted.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@interface Changes {

    /** What is done: the stable word of the audit trail, or what its words have in common where the service writes them. */
    String value();

    Entry entry() default Entry.REQUIRED;

    enum Entry {
        /** Where the audit trail cannot be opened, the command does not begin: else whoever breaks it could then work unseen. */
        REQUIRED,
        /** The command goes on, says that no entry stands for it, and leaves one in the log: to stop a server must always be possible, a signal would leave no entry either. */
        WISHED,
        /** The service {@code People} writes it, in the transaction of the change: an entry for each thing that changed, and none where nothing did. */
        BY_PEOPLE
    }

    /** A command that changes something with some options only; asked after they were read. */
    interface Sometimes {
        boolean changes();
    }
}
