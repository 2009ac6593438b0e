package eider.cli;

import eider.engine.Load;
import eider.engine.Origin;
import eider.engine.Origin.Arrival;
import eider.engine.Origin.Part;
import eider.engine.Origin.Version;
import eider.engine.Quarantined;
import eider.engine.Whereabouts;
import eider.engine.Whereabouts.Found;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Tells a person, or a script, how a row came to be what it is: what it is now, then each load that made it so, the newest first. */
final class RowStory {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    /** How much of a value a change shows. */
    private static final int VALUE = 60;
    /** How much of a cursor is told in a line; longer ones are for scripts. */
    private static final int CURSOR = 40;
    private static final int CHANGES = 8;
    private static final int NAMED = 5;

    private final Console console;

    RowStory(Console console) {
        this.console = console;
    }

    // ---- for people

    void tell(Origin origin) {
        Version newest = origin.versions().getFirst();
        Version asked = origin.asked();
        boolean older = asked != newest && asked.gone() != null;
        console.say("Row " + origin.row() + " of " + name(origin) + (older ? ", an older version of row " + newest.row() : "") + (asked.gone() == null ? ""
                : origin.isPresent() ? "" : ", which is not there any more"));
        if (asked.gone() == null && !origin.derived().isEmpty()) {
            origin.derived().forEach(this::values);
        } else {
            values(asked.values());
        }
        console.say("");
        console.say("How it came about, the newest first:");
        if (newest.gone() != null) {
            console.say("  " + when(newest.gone().load(), newest.gone().load().finished()));
            List<Part> parts = newest.came().parts();
            console.say("    removed" + (origin.key().isEmpty() && parts.size() == 1 ? ": " + parts.getFirst().name() + " held it no more" : ""));
        }
        for (int i = 0; i < origin.versions().size(); i++) {
            Version version = origin.versions().get(i);
            Version before = i + 1 < origin.versions().size() ? origin.versions().get(i + 1) : null;
            console.say("  " + when(version.came().load(), version.came().at()) + from(version.came(), origin));
            change(version, before);
        }
        Version oldest = origin.versions().getLast();
        if (origin.forgotten() >= oldest.came().load().id()) {
            console.say("  What it was before is not kept any more.");
        }
    }

    /** What people call the table: the canonical one where there is one. */
    private static String name(Origin origin) {
        return origin.table().isEmpty() ? origin.connection() + "." + origin.dataset() : origin.table();
    }

    private void values(Map<String, String> values) {
        int width = values.entrySet().stream().filter(entry -> entry.getValue() != null && !entry.getKey().equals("load")).mapToInt(entry -> Text.width(entry.getKey()))
                .max().orElse(0);
        values.forEach((name, value) -> {
            if (value != null && !name.equals("load")) {
                console.say("  " + name + " ".repeat(width - Text.width(name) + 2) + value);
            }
        });
    }

    private static String when(Load load, Instant at) {
        Instant moment = at == null ? load.started() : at;
        return "load " + load.id() + ", " + TIME.format(moment.atZone(ZoneId.systemDefault()));
    }

    private static String from(Arrival came, Origin origin) {
        List<Part> parts = came.parts();
        if (parts.size() == 1) {
            return ", from " + parts.getFirst().name() + of(origin);
        }
        if (parts.size() > 1) {
            String names = String.join(", ", parts.stream().limit(NAMED).map(Part::name).toList());
            return ", from one of " + Text.grouped(parts.size()) + " files" + of(origin) + ": " + names + (parts.size() > NAMED ? " …" : "");
        }
        String before = came.cursorBefore();
        String after = came.cursorAfter();
        String cursor = !brief(before) || !brief(after) || after.isEmpty() ? "" : before.isEmpty() ? ", read from the beginning up to " + after
                : ", read from " + before + " up to " + after;
        return ", from " + origin.connection() + cursor;
    }

    private static String of(Origin origin) {
        return origin.connection().equals("by_hand") ? ", handed over" : " of " + origin.connection();
    }

    private static boolean brief(String cursor) {
        return cursor.length() <= CURSOR && cursor.indexOf('\n') < 0;
    }

    private void change(Version version, Version before) {
        Quarantined bad = version.came().quarantined();
        if (bad != null) {
            console.say("    out of quarantine" + (bad.mended() ? ", mended" : ", as the rules let it in") + ": " + bad.place() + " was bad when load " + bad.load()
                    + " met it (" + bad.reason()
                    + ")");
        }
        boolean follows = before != null && before.gone() != null && before.gone().successor() == version.row();
        if (!follows) {
            if (before != null && before.gone() != null) {
                console.say("    brought in again; load " + before.gone().load().id() + " had removed it");
            } else if (bad == null) {
                console.say(before == null ? "    brought in" : "    brought in beside row " + before.row() + ", which has the same key");
            }
            return;
        }
        List<String> changes = changes(before.values(), version.values());
        changes.stream().limit(CHANGES).forEach(change -> console.say("    " + change));
        if (changes.size() > CHANGES) {
            console.say("    and " + Text.count(changes.size() - CHANGES, "other field"));
        }
        if (version.presumed()) {
            console.say("    (presumably the same row: the file has no key, and one row of it went as this one came)");
        }
    }

    private static List<String> changes(Map<String, String> before, Map<String, String> after) {
        List<String> changes = new ArrayList<>();
        after.forEach((name, value) -> {
            if (!Objects.equals(value, before.get(name))) {
                changes.add(name + ": " + shown(before.get(name)) + " -> " + shown(value));
            }
        });
        return changes.isEmpty() ? List.of("nothing in its fields") : changes;
    }

    private static String shown(String value) {
        return value == null ? "(empty)" : Text.cut(value, VALUE);
    }

    /** Where it stands now. Whether that is in the source at all is told, too. */
    boolean tell(Whereabouts where, Origin origin) {
        console.say("");
        Version asked = origin.asked();
        List<Found> having = where.found().stream().filter(one -> one.count() > 0).toList();
        if (asked.came().quarantined() != null && !having.isEmpty()) {
            console.say("It stood in " + having.getFirst().part() + ", " + having.getFirst().places().getFirst() + ", when load " + asked.came().quarantined().load()
                    + " met it.");
            return true;
        }
        boolean found = !having.isEmpty();
        if (found || where.found().size() == 1) {
            // Of several files that it may have come from, those that have it are the news.
            (found ? having : where.found()).forEach(one -> console.say(place(one, asked.came().parts(), !origin.key().isEmpty())));
        } else if (!where.found().isEmpty()) {
            noneOf(where.found());
        }
        if (!found && !where.missing().isEmpty()) {
            console.say(String.join(", ", where.missing().stream().limit(NAMED).toList()) + (where.missing().size() > 1 ? " are" : " is") + " not there any more"
                    + (origin.connection().equals("by_hand") ? "." : ", or " + origin.connection() + " does not read " + (where.missing().size() > 1 ? "them" : "it")
                    + " any more."));
        }
        if (!found && !where.note().isEmpty()) {
            console.say(origin.connection() + " says: " + where.note());
        }
        return found;
    }

    private void noneOf(List<Found> files) {
        long changed = files.stream().filter(Found::changed).count();
        console.say("The row is in none of the " + Text.grouped(files.size()) + " files that were looked through: "
                + String.join(", ", files.stream().limit(NAMED).map(Found::part).toList()) + (files.size() > NAMED ? " …" : "")
                + (changed == 0 ? "." : "; " + Text.grouped(changed) + (changed == 1 ? " of them has" : " of them have") + " changed since."));
        files.stream().filter(one -> !one.otherVersions().isEmpty()).limit(NAMED)
                .forEach(one -> console.say("Its key stands with other values in " + one.part() + ": " + String.join(", ", one.otherVersions()) + "."));
    }

    /** @param keyed whether its dataset has a key */
    static String place(Found found, List<Part> parts, boolean keyed) {
        boolean renamed = parts.stream().noneMatch(part -> part.name().equals(found.part()));
        String part = found.part() + (renamed && parts.size() == 1 ? " (" + parts.getFirst().name() + " when it was read)" : "");
        String changed = found.changed() ? part + " has changed since it was read. " : "";
        String its = found.changed() ? "it" : part;
        if (found.count() == 1) {
            return changed + (found.changed() ? "The row still stands in it, " : "It stands in " + part + ", ") + found.places().getFirst() + ".";
        }
        if (found.count() > 1) {
            long more = found.count() - found.places().size();
            return changed + Text.grouped(found.count()) + " rows of " + its + " are just so, and nothing tells them apart: " + String.join(", ", found.places())
                    + (more > 0 ? " and " + Text.grouped(more) + " more." : ".");
        }
        String other = found.otherVersions().isEmpty() ? "." : "; its key stands there with other values: " + String.join(", ", found.otherVersions()) + ".";
        return changed + "The row is not in " + its + " any more" + (other.equals(".") && !found.changed() && keyed
                ? "; a row with a key stays here when its file leaves it out." : other);
    }

    // ---- for scripts

    /** The members of the document that tells it; {@code where} may be null. */
    static Map<String, Object> members(Origin origin, Whereabouts where) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("row", origin.row());
        members.put("present", origin.isPresent());
        members.put("connection", origin.connection());
        members.put("dataset", origin.dataset());
        members.put("key", origin.key());
        members.put("table", origin.table().isEmpty() ? null : origin.table());
        members.put("derived", origin.derived());
        members.put("versions", origin.versions().stream().map(RowStory::members).toList());
        members.put("forgotten", origin.forgotten());
        if (where != null) {
            members.put("found", where.found().stream().map(RowStory::members).toList());
            members.put("missing", where.missing());
            members.put("note", where.note());
        }
        return members;
    }

    private static Map<String, Object> members(Version version) {
        Map<String, Object> members = new LinkedHashMap<>();
        Arrival came = version.came();
        members.put("row", version.row());
        members.put("load", came.load().id());
        members.put("state", came.load().state());
        members.put("at", came.at());
        members.put("cursor_before", came.cursorBefore());
        members.put("cursor_after", came.cursorAfter());
        members.put("parts", came.parts().stream().map(RowStory::members).toList());
        members.put("quarantined", came.quarantined() == null ? null : members(came.quarantined()));
        members.put("gone_by", version.gone() == null ? null : version.gone().load().id());
        members.put("successor", version.gone() == null || version.gone().successor() == 0 ? null : version.gone().successor());
        members.put("presumed", version.presumed());
        members.put("values", version.values());
        return members;
    }

    private static Map<String, Object> members(Part part) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", part.name());
        members.put("fingerprint", part.fingerprint());
        return members;
    }

    private static Map<String, Object> members(Quarantined bad) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", bad.id());
        members.put("load", bad.load());
        members.put("place", bad.place());
        members.put("reason", bad.reason());
        members.put("raw", bad.raw());
        members.put("mended", bad.mended());
        return members;
    }

    private static Map<String, Object> members(Found found) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("part", found.part());
        members.put("changed", found.changed());
        members.put("count", found.count());
        members.put("places", found.places());
        members.put("other_versions", found.otherVersions());
        return members;
    }
}
