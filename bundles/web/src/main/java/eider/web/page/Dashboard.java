package eider.web.page;

import eider.engine.Badge;
import eider.engine.Connection;
import eider.engine.Load;
import eider.engine.Plugin;
import eider.web.figures.Figures;
import java.util.List;
import java.util.Locale;

/**
 * What the first page shows.
 *
 * @param state decides which of its faces
 * @param sentence what is wrong where something is; empty otherwise
 * @param figures null unless the state is {@code READY}
 * @param connections null while the engine cannot tell
 * @param badges how far each dataset can be relied on
 * @param plugins null while the deployer cannot tell
 */
public record Dashboard(State state, String sentence, Figures figures, List<Connection> connections, List<Badge> badges, List<Plugin> plugins,
        Formats formats,
        Frame frame) {
    public static final int TABLE_DAYS = 92;

    public enum State {
        /** The engine is not there yet. */
        STARTING,
        /** The figures could not be read. */
        FAILED,
        /** There are no sales yet. */
        EMPTY,
        READY
    }

    /** How a state looks: {@code good}, {@code busy}, {@code warn} or {@code bad}. */
    public static String look(Connection.State state) {
        return switch (state) {
            case READY -> "good";
            case SYNCING -> "busy";
            case HELD -> "warn";
            case FAILED, GONE -> "bad";
        };
    }

    public static String look(Badge.State state) {
        return switch (state) {
            case MATCHES -> "good";
            case DIFFERS -> "bad";
            case FAILED -> "warn";
            case UNSETTLED, NOT_COMPARED -> "idle";
        };
    }

    public static String word(Badge.State state) {
        return switch (state) {
            case MATCHES -> "matches";
            case DIFFERS -> "differs";
            case UNSETTLED -> "undecided";
            case FAILED -> "could not be compared";
            case NOT_COMPARED -> "not compared";
        };
    }

    /** Whether there is something to act on, or to wait for. */
    public static boolean speaks(Badge badge) {
        return switch (badge.state()) {
            case MATCHES, NOT_COMPARED -> false;
            case DIFFERS, UNSETTLED, FAILED -> true;
        };
    }

    /** The badges of a connection. */
    public List<Badge> badges(Connection connection) {
        return badges.stream().filter(badge -> badge.connection().equals(connection.name())).toList();
    }

    public static String look(Plugin.State state) {
        return switch (state) {
            case SERVING -> "good";
            case SUPERSEDED -> "idle";
            case FAILED, REFUSED -> "bad";
        };
    }

    public static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** The newest days first, as many as one reads in a table; the rest is in the chart and in the API. */
    public static List<Figures.Day> newest(List<Figures.Day> days) {
        return days.subList(Math.max(0, days.size() - TABLE_DAYS), days.size()).reversed();
    }

    /** What a load did, in a few words. */
    public String told(Load load) {
        return switch (load.state()) {
            case RUNNING -> "running";
            case COMMITTED -> formats.count(load.inserted() + load.updated()) + " rows"
                    + (load.removed() > 0 ? ", " + formats.count(load.removed()) + " removed" : "")
                    + (load.quarantined() > 0 ? ", " + formats.count(load.quarantined()) + " in quarantine" : "");
            case UNCHANGED -> "nothing new";
            case HELD -> "waits for approval";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
            case UNDONE -> "taken back";
        };
    }
}
