package eider.tck;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.opentest4j.TestAbortedException;

/**
 * The contract for a jar and one configuration file, before its author has written any {@link Outside}: the world is the one that the file leads to,
 * and stands as it is. What would have to fill or change it is not run, and {@link Tck} says so.
 */
public final class Standing implements JarContract {
    /** System property: the configuration file. */
    static final String CONFIG = "eider.tck.config";
    /** System property: what the connector lacks, words of {@link Ability}, separated by commas. */
    static final String LACKS = "eider.tck.lacks";

    @Override
    public Outside outside(Path home, String name) throws IOException {
        return new World(options(Path.of(System.getProperty(CONFIG))), name.equals(Scene.WORLD));
    }

    @Override
    public Set<Ability> lacks() {
        return Arrays.stream(System.getProperty(LACKS, "").split(",")).filter(word -> !word.isBlank()).map(String::strip).map(Ability::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Nobody knows how many. */
    @Override
    public int rows() {
        return UNKNOWN;
    }

    /** The assignments of a configuration file; placeholders of the environment are filled in. */
    private static Map<String, String> options(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : properties.stringPropertyNames()) {
            String value = properties.getProperty(option).strip();
            if (value.startsWith("$[env:") && value.endsWith("]")) {
                String variable = value.substring("$[env:".length(), value.length() - 1);
                value = System.getenv(variable);
                if (value == null) {
                    throw new IOException("Option " + option + " of " + file + " is taken from the environment, and " + variable + " is not set.");
                }
            } else if (value.startsWith("$[")) {
                throw new IOException("Option " + option + " of " + file + " is " + value + ", and here only $[env:NAME] can be filled in.");
            }
            options.put(option, value);
        }
        return options;
    }

    /** @param first whether it is the one world that there is */
    private record World(Map<String, String> options, boolean first) implements Outside {
        @Override
        public void fill(int rows) {
            if (!first || rows != UNKNOWN) {
                throw needs("a world of another size", "fill");
            }
        }

        @Override
        public void change() {
            throw needs("a world that changes", "change");
        }

        @Override
        public java.util.List<Total> totals() {
            throw needs("the totals that are expected", "totals");
        }

        /** The first option that is an address. */
        @Override
        public URI address() {
            return options.values().stream().filter(value -> value.startsWith("http://") || value.startsWith("https://")).map(URI::create).findFirst()
                    .orElse(null);
        }

        private static TestAbortedException needs(String what, String method) {
            return new TestAbortedException("it needs " + what
                    + ", which a configuration file cannot give: write a contract whose Outside has the method " + method);
        }
    }
}
