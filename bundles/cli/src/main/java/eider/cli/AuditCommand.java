package eider.cli;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit;
import eider.people.Audit.Entry;
import eider.people.Audit.Verified;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code eider audit} and {@code eider audit verify}. */
@Reads
@Command(name = "audit", sortOptions = false, description = {"Tell who did what, when and from where.",
        "The newest comes first: every change, every sign-in, every export. Nothing changes or removes an entry; 'eider audit verify' shows that none was."},
        footerHeading = "%nExample:%n", footer = {"  eider audit --find ann --limit 50", "  eider audit verify"})
final class AuditCommand implements Callable<Integer> {
    private static final Listing<Entry> LISTING = new Listing<Entry>()
            .id("number", Entry::number)
            .text("at", Entry::at)
            .brief("who", entry -> who(entry.by()))
            .detail("kind", entry -> entry.by().kind())
            .detail("who", entry -> entry.by().name())
            .text("from", entry -> entry.by().from())
            .text("action", Entry::action)
            .text("object", Entry::object)
            .text("before", Entry::before)
            .text("after", Entry::after)
            .detail("agent", entry -> entry.by().agent());

    private final Console console;
    private final Engine engine;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LimitOption limit;

    @Option(names = "--find", paramLabel = "TEXT", description = "Only entries with this text in any of their words, whatever its capitals.")
    private String sought = "";

    private long before = Long.MAX_VALUE;

    @Mixin
    private FormatOption format;

    AuditCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Option(names = "--before", paramLabel = "NUMBER", description = "Only entries with a smaller number, to read on.")
    private void before(long number) {
        if (number < 1) {
            throw new ParameterException(spec.commandLine(), "--before must be at least 1, not " + number + ".");
        }
        before = number;
    }

    /** A person is told by the name alone; all others by what they are as well. */
    private static String who(Actor by) {
        return switch (by.kind()) {
            case PERSON -> by.name();
            case TOKEN -> "token of " + by.name();
            case OPERATOR -> "operator " + by.name();
            case EIDER -> "Eider";
        };
    }

    @Override
    public Integer call() throws EngineException {
        Pages pages = new Pages(engine.audit(), before, sought, limit.get());
        if (!pages.hasNext() && format.forPeople()) {
            console.say(sought.isEmpty() ? "Nothing stands there." : "Nothing stands there with '" + sought + "' in it.");
            return Cli.DONE;
        }
        LISTING.write(console, format.get(), () -> pages);
        if (format.forPeople() && pages.full() && pages.before > 1) {
            console.tell("See older ones with --before " + pages.before + ".");
        }
        return Cli.DONE;
    }

    /** Entries as they are asked for, so that a whole trail can be written into a file. */
    private static final class Pages implements Iterator<Entry> {
        private static final int PAGE = 1_000;

        private final Audit audit;
        private final String sought;
        private final Deque<Entry> page = new ArrayDeque<>();
        private long before;
        private int left;
        private boolean ended;

        Pages(Audit audit, long before, String sought, int limit) {
            this.audit = audit;
            this.before = before;
            this.sought = sought;
            this.left = limit;
        }

        /** Whether as many were given as were wanted. */
        boolean full() {
            return left == 0;
        }

        @Override
        public boolean hasNext() {
            if (page.isEmpty() && left > 0 && !ended) {
                int wanted = Math.min(PAGE, left);
                try {
                    page.addAll(audit.entries(before, wanted, sought));
                } catch (EngineException e) {
                    throw new IllegalStateException(e);
                }
                ended = page.size() < wanted;
            }
            return !page.isEmpty();
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Entry entry = page.remove();
            before = entry.number();
            left--;
            return entry;
        }
    }

    /** {@code eider audit verify}. */
    @Reads
    @Command(name = "verify", sortOptions = false, description = {"Look whether every entry of the audit trail is as it was written.",
            "Each entry is bound to the one before it. Fails, with a sentence for each fault, where an entry was changed, removed or put in from outside."},
            footerHeading = "%nExample:%n", footer = "  eider audit verify")
    static final class Verify implements Callable<Integer> {
        private final Console console;
        private final Engine engine;

        Verify(Console console, Engine engine) {
            this.console = console;
            this.engine = engine;
        }

        @Override
        public Integer call() throws EngineException {
            Verified verified = engine.audit().verify();
            verified.faults().forEach(console::tell);
            if (!verified.faults().isEmpty()) {
                return Cli.FAILED;
            }
            console.say(verified.entries() == 0 ? "Nothing stands there yet." : Text.grouped(verified.entries()) + (verified.entries() == 1 ? " entry, and it is as it was written."
                    : " entries, all as they were written."));
            return Cli.DONE;
        }
    }
}
