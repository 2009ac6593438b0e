package eider.cli;

import eider.cli.ConfigFile.Entry;
import eider.cli.ConfigFile.Problem;
import eider.cli.Metatype.Option;
import eider.engine.OptionCheck;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the files of {@code config/} with what the installed bundles can be configured with, and says of each line that would be silently ignored
 * or misread what is wrong. ConfigAdmin and Declarative Services take anything: a misspelt option is a property that nobody asks for, and a word
 * where a number belongs becomes a 0.
 */
final class ConfigCheck {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\[env:([^\\]]*)\\]");
    /** What the runtime itself reads: it is no bundle and has no metatype. Beside these, {@code level.<logger>} sets the level of a part. */
    private static final Metatype LOG = new Metatype("log", false, Stream.of(
            new Option("level", Metatype.Kind.TEXT, false, List.of("trace", "debug", "info", "warn", "error", "off"), null, null),
            new Option("file_size", Metatype.Kind.TEXT, false, List.of(), null, null),
            new Option("keep_total", Metatype.Kind.TEXT, false, List.of(), null, null),
            new Option("keep_days", Metatype.Kind.WHOLE_NUMBER, false, List.of(), "0", null))
                    .collect(Collectors.toMap(Option::name, Function.identity())));
    private static final String LEVEL_OF = "level.";
    /** Parts that Eider is built from can be configured too, but nobody should need to. */
    private static final String LIBRARY = "org.";
    private static final String SUFFIX = ".cfg";

    private final Map<String, Metatype> metatypes = new TreeMap<>(Map.of(LOG.pid(), LOG));
    private final List<OptionCheck> optionChecks;
    private final Map<String, String> environment;

    /**
     * @param optionChecks who judges what a metatype cannot; asked about files with which nothing else is wrong
     * @param environment the variables that {@code $[env:…]} may name
     */
    ConfigCheck(List<Metatype> metatypes, List<OptionCheck> optionChecks, Map<String, String> environment) {
        this.optionChecks = optionChecks;
        metatypes.forEach(metatype -> this.metatypes.put(metatype.pid(), metatype));
        this.environment = environment;
    }

    /** The problems of each file, by its path below {@code folder}; a file that is sound has none. */
    Map<Path, List<Problem>> check(Path folder) throws IOException {
        Map<Path, List<Problem>> problems = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return problems;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).filter(ConfigCheck::meant).toList()) {
                problems.put(folder.relativize(file), checkFile(file));
            }
        }
        return problems;
    }

    /** Hidden files, notes and copies that editors leave behind are nobody's configuration, and everybody knows it. */
    private static boolean meant(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && !name.endsWith("~") && !name.endsWith(".md") && !name.endsWith(".txt") && !name.endsWith(".sample");
    }

    private List<Problem> checkFile(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (!name.endsWith(SUFFIX)) {
            return List.of(new Problem(0, "this configures nothing: only files that end in .cfg are read."));
        }
        String base = name.substring(0, name.length() - SUFFIX.length());
        int tilde = base.indexOf('~');
        String pid = tilde < 0 ? base : base.substring(0, tilde);
        Metatype metatype = metatypes.get(pid);
        if (metatype == null) {
            return List.of(new Problem(0, "this configures nothing: there is no '" + pid + "'." + nearestPid(base, pid) + known()));
        }
        if (metatype.factory() && (tilde < 0 || tilde == base.length() - 1)) {
            return List.of(new Problem(0, "this configures nothing: there may be several of '" + pid + "', so it needs a name, as in " + pid
                    + "~main.cfg."));
        }
        if (!metatype.factory() && tilde >= 0) {
            return List.of(new Problem(0, "this configures nothing: there is one '" + pid + "' only, call the file " + pid + ".cfg."));
        }
        ConfigFile content = ConfigFile.read(Files.readAllBytes(file));
        List<Problem> problems = new ArrayList<>(content.problems());
        if (problems.isEmpty()) {
            checkEntries(content.entries(), metatype, problems);
        }
        if (problems.isEmpty()) {
            checkMeaning(pid, tilde < 0 ? "" : base.substring(tilde + 1), content.entries(), problems);
        }
        problems.sort(Comparator.comparingInt(Problem::line));
        return problems;
    }

    private String nearestPid(String base, String pid) {
        // files-inbox.cfg, an older way to write it, configures nothing here
        for (Metatype metatype : metatypes.values()) {
            if (metatype.factory() && base.startsWith(metatype.pid() + "-")) {
                return " Call the file " + metatype.pid() + "~" + base.substring(metatype.pid().length() + 1) + SUFFIX + ".";
            }
        }
        return Text.nearest(pid, metatypes.keySet());
    }

    private String known() {
        return " Known here: " + String.join(", ", metatypes.values().stream()
                .filter(metatype -> !metatype.pid().startsWith(LIBRARY)).map(m -> m.factory() ? m.pid() + "~NAME" : m.pid()).toList()) + ".";
    }

    private void checkEntries(List<Entry> entries, Metatype metatype, List<Problem> problems) {
        Map<String, Integer> lines = new HashMap<>();
        for (Entry entry : entries) {
            Integer before = lines.putIfAbsent(entry.key(), entry.line());
            if (before != null) {
                problems.add(new Problem(entry.line(), "option '" + entry.key() + "' stands here a second time (first on line " + before
                        + "); keep one of them."));
            }
            checkPlaceholders(entry, problems);
            boolean level = metatype == LOG && entry.key().startsWith(LEVEL_OF);
            Option option = metatype.options().get(level ? "level" : entry.key());
            if (option != null) {
                checkValue(entry, option, problems);
            } else {
                TreeSet<String> options = new TreeSet<>(metatype.options().keySet());
                String near = Text.nearest(entry.key(), options);
                problems.add(new Problem(entry.line(), "'" + metatype.pid() + "' has no option '" + entry.key() + "'."
                        + (near.isEmpty() ? " It has: " + String.join(", ", options) + "." : near)));
            }
        }
        for (Option option : metatype.options().values()) {
            if (option.required() && !lines.containsKey(option.name())) {
                problems.add(new Problem(0, "option '" + option.name() + "' is missing; '" + metatype.pid() + "' cannot do without it."));
            }
        }
    }

    private void checkMeaning(String pid, String name, List<Entry> entries, List<Problem> problems) {
        Map<String, String> options = new HashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Entry entry : entries) {
            options.put(entry.key(), entry.value().strip());
            lines.put(entry.key(), entry.line());
        }
        for (OptionCheck check : optionChecks) {
            for (OptionCheck.Problem problem : check.check(pid, name, options)) {
                problems.add(new Problem(lines.getOrDefault(problem.option(), 0),
                        (problem.option().isEmpty() ? "" : "option '" + problem.option() + "': ") + problem.sentence() + "."));
            }
        }
    }

    private void checkPlaceholders(Entry entry, List<Problem> problems) {
        Matcher placeholder = PLACEHOLDER.matcher(entry.value());
        while (placeholder.find()) {
            String name = placeholder.group(1);
            if (!environment.containsKey(name)) {
                problems.add(new Problem(entry.line(), "the environment variable '" + name + "' of option '" + entry.key() + "' is not set."
                        + Text.nearest(name, new TreeSet<>(environment.keySet()))));
            }
        }
    }

    private static void checkValue(Entry entry, Option option, List<Problem> problems) {
        String value = entry.value().strip();
        if (value.contains("$[")) {
            return;
        }
        if (value.isEmpty()) {
            // samples show options that are left out as 'name ='
            if (option.required()) {
                problems.add(new Problem(entry.line(), "option '" + entry.key() + "' has no value, and cannot do without one."));
            }
            return;
        }
        String wanted = wanted(value, option);
        if (wanted != null) {
            // a value may be a secret in the wrong place, so it is not repeated, unless it is one of a few known words
            problems.add(new Problem(entry.line(), "option '" + entry.key() + "' must be " + wanted
                    + (option.allowed().isEmpty() ? "" : Text.nearest(value, option.allowed()))));
        }
    }

    /** What the value should have been; null if it is right. */
    private static String wanted(String value, Option option) {
        if (!option.allowed().isEmpty()) {
            return option.allowed().contains(value) ? null : "one of " + String.join(", ", option.allowed()) + ".";
        }
        return switch (option.kind()) {
            case TEXT -> null;
            case YES_NO -> value.equals("true") || value.equals("false") ? null : "true or false.";
            case CHARACTER -> value.codePointCount(0, value.length()) == 1 ? null : "a single character.";
            case WHOLE_NUMBER -> value.matches("[+-]?\\d{1,19}") ? range(value, option) : "a whole number.";
            case NUMBER -> value.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?") ? range(value, option)
                    : "a number, written with a point.";
        };
    }

    private static String range(String value, Option option) {
        BigDecimal number = new BigDecimal(value);
        if (option.min() != null && number.compareTo(new BigDecimal(option.min())) < 0) {
            return "at least " + option.min() + ".";
        }
        return option.max() != null && number.compareTo(new BigDecimal(option.max())) > 0 ? "at most " + option.max() + "." : null;
    }
}
