package eider.model;

import java.util.Collection;

/** Names that somebody wrote, and those that there are. */
public final class Names {
    private Names() {}

    /** {@code "; did you mean 'sales'?"}, or the names that there are where none is near. */
    public static String nearest(String name, Collection<String> known) {
        String nearest = null;
        int least = Math.max(1, (name.length() + 1) / 3) + 1;
        for (String candidate : known) {
            int distance = distance(name, candidate);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest != null ? "; did you mean '" + nearest + "'?" : known.isEmpty() ? "" : "; there are " + String.join(", ", known);
    }

    /** With a full stop, unless it ends with a question. */
    public static String sentence(String fault) {
        return fault.endsWith("?") ? fault : fault + ".";
    }

    /** How many letters one must change, add or leave out. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int above = row[j];
                row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), corner + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1));
                corner = above;
            }
        }
        return row[other.length()];
    }
}
