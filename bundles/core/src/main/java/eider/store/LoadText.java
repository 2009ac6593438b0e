package eider.store;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a load's record says in words: as much as a person reads. */
final class LoadText {
    private static final int PLACES_LIMIT = 300;
    private static final int MESSAGE_LIMIT = 600;
    private static final String MORE = "There is more to say of this kind.";

    private LoadText() {}

    /**
     * What there is to say so far, and what a commit adds.
     *
     * @param notes sentences that begin small and lack their full stop
     */
    static String message(String before, List<String> notes) {
        StringBuilder message = new StringBuilder(before);
        for (String note : notes) {
            String sentence = Character.toUpperCase(note.charAt(0)) + note.substring(1) + ".";
            if (message.indexOf(sentence) >= 0 || message.indexOf(MORE) >= 0) {
                continue;
            }
            boolean fits = message.isEmpty() || message.length() + sentence.length() < MESSAGE_LIMIT;
            message.append(message.isEmpty() ? "" : " ").append(fits ? sentence : MORE);
        }
        return message.toString();
    }

    /** The places so far and those of a commit, as many as fit on a few lines. */
    static String places(String before, List<Pending.Part> parts) {
        if (before.endsWith("…")) {
            return before;
        }
        StringBuilder places = new StringBuilder(before);
        Set<String> seen = new LinkedHashSet<>(List.of(before.split(", ")));
        for (Pending.Part part : parts) {
            String name = Stage.cut(part.name(), PLACES_LIMIT);
            if (!seen.add(name)) {
                continue;
            }
            if (places.length() + name.length() > PLACES_LIMIT && !places.isEmpty()) {
                return places.append(", …").toString();
            }
            places.append(places.isEmpty() ? "" : ", ").append(name);
        }
        return places.toString();
    }
}
