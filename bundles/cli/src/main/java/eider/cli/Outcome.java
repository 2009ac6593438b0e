package eider.cli;

import eider.engine.Load;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** Tells a person what came of a load: what is in on the answer's stream, what went wrong and how to go on beside it. */
final class Outcome {
    /** The columns of a load, wherever loads are listed. */
    static final Listing<Load> LISTING = new Listing<Load>()
            .id("id", Load::id)
            .detail("run", Load::run)
            .text("connection", Load::connection)
            .text("dataset", Load::dataset)
            .text("state", Load::state)
            .text("started", Load::started)
            .detail("finished", Load::finished)
            .brief("took", load -> load.finished() == null ? null : Text.duration(Duration.between(load.started(), load.finished())))
            .count("inserted", Load::inserted)
            .count("updated", Load::updated)
            .count("removed", Load::removed)
            .count("quarantined", Load::quarantined)
            .brief("undo", load -> undo(load.undo()))
            .text("places", Load::places)
            .text("message", Load::message)
            .detail("undo", load -> load.undo().state())
            .detail("undo_until", load -> load.undo().until())
            .detail("images", load -> load.undo().images());

    private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;

    private final Console console;
    private final FormatOption format;
    private final String goOn;

    /** Of a sync: what a held load says is enough. */
    Outcome(Console console, FormatOption format) {
        this(console, format, "");
    }

    /** @param goOn the command that lets a held load go on, where it is not plain */
    Outcome(Console console, FormatOption format, String goOn) {
        this.goOn = goOn;
        this.console = console;
        this.format = format;
    }

    /** Until when a load can be taken back, in a word or two. */
    private static String undo(Load.Undo undo) {
        return switch (undo.state()) {
            case NOTHING -> null;
            case POSSIBLE -> undo.until() == null ? "for good" : "until " + DAY.format(undo.until().atZone(ZoneId.systemDefault()));
            case FORGOTTEN -> "no more";
            case DONE -> "done";
        };
    }

    /** Returns the exit code: failed if any of the loads is not in. */
    int tell(List<Load> loads) {
        if (!format.forPeople()) {
            LISTING.write(console, format.get(), loads);
        }
        int code = Cli.DONE;
        for (Load load : loads) {
            if (!tell(load)) {
                code = Cli.FAILED;
            }
        }
        return code;
    }

    private boolean tell(Load load) {
        return switch (load.state()) {
            case COMMITTED -> {
                sayForPeople(load.dataset() + ": " + changes(load) + from(load) + " (load " + load.id() + ", " + time(load) + ").");
                tellAssumed(load);
                tellQuarantined(load);
                yield true;
            }
            case UNCHANGED -> {
                sayForPeople(load.dataset() + ": nothing new" + from(load) + "; nothing was changed.");
                tellAssumed(load);
                tellQuarantined(load);
                yield true;
            }
            case HELD -> {
                console.tell(load.dataset() + " is held back: " + orElse(load.message(),
                        "it would remove a large part of what is there; nothing was changed."));
                if (!goOn.isEmpty()) {
                    console.tell("If that is right, go on with: " + goOn);
                }
                yield false;
            }
            case FAILED -> {
                console.tell(load.dataset() + " failed: " + orElse(load.message(), "the log tells why."));
                yield false;
            }
            case CANCELLED -> {
                console.tell(load.dataset() + " was cancelled; nothing more was changed.");
                yield false;
            }
            case UNDONE -> {
                console.tell(load.dataset() + " was taken back (load " + load.id() + "); see: eider loads");
                yield false;
            }
            case RUNNING -> {
                console.tell(load.dataset() + " is still being loaded (load " + load.id() + "); see: eider loads");
                yield false;
            }
        };
    }

    private void tellAssumed(Load load) {
        if (load.message() != null && !load.message().isBlank()) {
            sayForPeople("  " + load.message());
        }
    }

    private void tellQuarantined(Load load) {
        if (load.quarantined() > 0) {
            sayForPeople("  " + Text.count(load.quarantined(), "bad row") + " kept in quarantine; see: eider quarantine " + load.connection());
        }
    }

    private void sayForPeople(String line) {
        if (format.forPeople()) {
            console.say(line);
        }
    }

    private static String changes(Load load) {
        List<String> changes = new ArrayList<>();
        changes.add(Text.count(load.inserted(), "row") + " in");
        if (load.updated() > 0) {
            changes.add(Text.grouped(load.updated()) + " updated");
        }
        if (load.removed() > 0) {
            changes.add(Text.grouped(load.removed()) + " removed");
        }
        return String.join(", ", changes);
    }

    private static String from(Load load) {
        return load.places() == null || load.places().isBlank() ? "" : " from " + load.places();
    }

    private static String time(Load load) {
        return load.finished() == null ? "not finished" : Text.duration(Duration.between(load.started(), load.finished()));
    }

    private static String orElse(String message, String otherwise) {
        return message == null || message.isBlank() ? otherwise : message;
    }
}
