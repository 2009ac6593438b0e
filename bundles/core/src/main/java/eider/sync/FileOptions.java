package eider.sync;

import eider.quality.Rule;
import eider.quality.Rules;
import eider.store.Patterns;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The options of a file {@code config/<pid>~<name>.cfg}, read so that what is wrong is told with file, option and what is allowed. */
final class FileOptions {

    /** What is wrong; its message names file and option. */
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient String option;
        private final transient String sentence;

        private Wrong(String file, String option, String sentence) {
            super(file + (option.isEmpty() ? ": " : ", option '" + option + "': ") + sentence, null, false, false);
            this.option = option;
            this.sentence = sentence;
        }

        /** Without file and option. */
        String sentence() {
            return sentence;
        }

        /** Which option; empty: the file as a whole. */
        String option() {
            return option;
        }
    }

    private final String pid;
    private final String name;
    private final Map<String, Object> properties;
    private final Set<String> known;

    FileOptions(String pid, Map<String, Object> properties, Set<String> known) {
        this(pid, name(String.valueOf(properties.get("service.pid"))), properties, known);
    }

    FileOptions(String pid, String name, Map<String, Object> properties, Set<String> known) {
        this.pid = pid;
        this.name = name;
        this.properties = properties;
        this.known = known;
    }

    private static String name(String pid) {
        return pid.substring(pid.indexOf('~') + 1);
    }

    /** What stands after the {@code ~}. */
    String name() {
        return name;
    }

    String file() {
        return "config/" + pid + "~" + name + ".cfg";
    }

    Wrong wrong(String option, String sentence) {
        return new Wrong(file(), option, sentence);
    }

    /** An option that nobody asks for would be a setting that silently does nothing. Names with a point or a capital are the framework's. */
    void nothingElse() throws Wrong {
        for (String key : new TreeSet<>(properties.keySet())) {
            if (key.matches("[a-z_]+") && !known.contains(key)) {
                throw wrong(key, "there is no such option; there are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** Empty where it is not given. A program may give several lines as a list. */
    String text(String option) {
        return switch (properties.get(option)) {
            case null -> "";
            case Object[] several -> String.join("\n", Arrays.stream(several).map(String::valueOf).toList());
            case Collection<?> several -> String.join("\n", several.stream().map(String::valueOf).toList());
            case Object one -> one.toString().strip();
        };
    }

    <E extends Enum<E>> E choice(String option, Class<E> type, E otherwise) throws Wrong {
        String text = text(option);
        if (text.isEmpty()) {
            return otherwise;
        }
        List<String> words = Arrays.stream(type.getEnumConstants()).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
        int place = words.indexOf(text);
        if (place < 0) {
            throw wrong(option, "'" + text + "' is not among " + String.join(", ", words));
        }
        return type.getEnumConstants()[place];
    }

    int percent(String option, int otherwise) throws Wrong {
        String text = text(option);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > 100) {
            throw wrong(option, "'" + text + "' is no share in percent: write a whole number from 0 to 100");
        }
        return Integer.parseInt(text);
    }

    List<Rule> rules() throws Wrong {
        try {
            return Rules.parse(text("rules"), Patterns::check);
        } catch (IllegalArgumentException e) {
            throw wrong("rules", e.getMessage());
        }
    }
}
