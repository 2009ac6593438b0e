package eider.tck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.MethodDescriptor;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.MethodOrdererContext;
import org.junit.jupiter.api.Tag;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.slf4j.LoggerFactory;

/**
 * The contract as a command, for a jar that was built somewhere else. Runs each test inside Felix and prints a line for it: {@code kept}, {@code
 * BROKEN} with the reason, {@code opted out} where the connector lacks an ability and that was proved, {@code not run} with what is missing.
 *
 * <p>Exit codes: 0 the whole contract is kept (or opted out of), 1 something is broken or was not run, 2 wrong usage.
 */
public final class Tck {
    private static final String USAGE = """
            java -cp 'tck/*:CONTRACT' eider.tck.Tck CONNECTOR.jar CLASS [--module FOLDER] [--only S6,S11]
            java -cp 'tck/*' eider.tck.Tck CONNECTOR.jar --config FILE.cfg [--lacks HTTP,WEBHOOKS,COUNTS] [--module FOLDER] [--only S6,S11]

              CONNECTOR.jar   the jar under test; it needs no place on the class path
              CLASS           the author's contract, a class that implements eider.tck.JarContract, in the jar or folder CONTRACT
              --config FILE   instead of a contract: a connection's configuration; what needs more than that is not run
              --lacks …       with --config: what the connector cannot do (RESUMES, NOTICES_CHANGES, HTTP, SECRETS, MODELS, WEBHOOKS, COUNTS)
              --module FOLDER where its README.md and its config/ are; without it the current folder
              --only …        these clauses alone
            """;

    /** What became of a test. */
    private enum Outcome {
        KEPT("kept"), BROKEN("BROKEN"), OPTED_OUT("opted out"), NOT_RUN("not run");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }
    }

    private Tck() {}

    public static void main(String[] arguments) {
        int code = run(List.of(arguments), System.out, System.err);
        System.out.flush();
        // Also where a connector left threads behind.
        Runtime.getRuntime().halt(code);
    }

    private static int run(List<String> arguments, PrintStream out, PrintStream err) {
        List<String> words = new ArrayList<>();
        Set<String> only = new TreeSet<>();
        boolean configured = false;
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (!word.startsWith("--")) {
                words.add(word);
                continue;
            }
            if (i + 1 == arguments.size()) {
                return wrong(err, word + " needs a value.");
            }
            String value = arguments.get(++i);
            switch (word) {
                case "--module" -> System.setProperty(JarContract.MODULE, value);
                case "--only" -> only.addAll(List.of(value.split(",")));
                case "--lacks" -> System.setProperty(Standing.LACKS, value);
                case "--config" -> {
                    System.setProperty(Standing.CONFIG, Path.of(value).toAbsolutePath().toString());
                    configured = true;
                    if (!Files.isRegularFile(Path.of(value))) {
                        return wrong(err, "There is no file " + value + ".");
                    }
                }
                default -> {
                    return wrong(err, "There is no option " + word + ".");
                }
            }
        }
        if (words.size() != (configured ? 1 : 2)) {
            return wrong(err, configured ? "With --config it takes the connector's jar and no contract."
                    : "It takes the connector's jar and a contract, or --config.");
        }
        if (!Files.isRegularFile(Path.of(words.getFirst()))) {
            return wrong(err, "There is no file " + words.getFirst() + ".");
        }
        System.setProperty(JarContract.JAR, words.getFirst());
        SourceContract contract;
        try {
            contract = contract(configured ? Standing.class.getName() : words.get(1));
            contract.lacks();
        } catch (ReflectiveOperationException | ClassCastException | IllegalArgumentException | LinkageError e) {
            return wrong(err, (configured ? "The options cannot be understood" : "There is no contract " + words.get(1)
                    + " (a class on the class path that implements eider.tck.JarContract and has a constructor without parameters)") + ": " + e);
        }
        if (System.getProperty("logback.configurationFile") == null
                && LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.OFF);
        }
        return run(contract, only, out);
    }

    private static int wrong(PrintStream err, String sentence) {
        err.println(sentence);
        err.println();
        err.print(USAGE);
        return 2;
    }

    private static SourceContract contract(String name) throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
        constructor.setAccessible(true);
        if (!(constructor.newInstance() instanceof FelixContract contract)) {
            throw new ClassCastException(name + " does not implement eider.tck.JarContract");
        }
        return contract;
    }

    private static int run(SourceContract contract, Set<String> only, PrintStream out) {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(contract.getClass()))
                .configurationParameter("junit.jupiter.testmethod.order.default", ByClause.class.getName());
        if (!only.isEmpty()) {
            request.filters(TagFilter.includeTags(List.copyOf(only)));
        }
        LauncherDiscoveryRequest tests = request.build();
        Printer printer = new Printer(contract.lacks(), out);
        LauncherFactory.create().execute(tests, printer);
        return printer.end();
    }

    /** A line for each test, as soon as it ended. */
    private static final class Printer implements TestExecutionListener {
        private final Set<Ability> lacks;
        private final PrintStream out;
        private final Map<Outcome, Set<String>> clauses = new EnumMap<>(Outcome.class);
        private int tests;

        Printer(Set<Ability> lacks, PrintStream out) {
            this.lacks = lacks;
            this.out = out;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (!test.isTest()) {
                // What fails outside of a test would else be told by nobody.
                result.getThrowable().ifPresent(thrown -> print(Outcome.BROKEN, test.getDisplayName(), "all", thrown.toString()));
                return;
            }
            String clause = test.getTags().stream().map(TestTag::getName).findFirst().orElse("?");
            Throwable thrown = result.getThrowable().orElse(null);
            List<Ability> lacking = lacks.stream().filter(ability -> ability.clause().equals(clause)).sorted().toList();
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    String proved = lacking.isEmpty() ? "" : "the connector lacks " + lacking.stream().map(Ability::name)
                            .collect(Collectors.joining(" and "))
                            + ", and that was proved";
                    print(lacking.stream().anyMatch(Tck::whole) ? Outcome.OPTED_OUT : Outcome.KEPT, test.getDisplayName(), clause, proved);
                }
                case ABORTED -> print(thrown instanceof OptedOut ? Outcome.OPTED_OUT : Outcome.NOT_RUN, test.getDisplayName(), clause,
                        thrown.getMessage());
                case FAILED -> print(Outcome.BROKEN, test.getDisplayName(), clause, reason(thrown));
            }
        }

        private void print(Outcome outcome, String title, String clause, String reason) {
            tests++;
            clauses.computeIfAbsent(outcome, each -> new TreeSet<>((one, other) -> Integer.compare(number(one), number(other)))).add(clause);
            out.printf("%-10s %s%n", outcome.word, title);
            reason.strip().lines().filter(line -> !line.isBlank()).forEach(line -> out.println("           " + line.stripTrailing()));
            out.flush();
        }

        private static String reason(Throwable thrown) {
            if (thrown instanceof AssertionError && thrown.getMessage() != null) {
                return thrown.getMessage();
            }
            StringBuilder reason = new StringBuilder(thrown.toString());
            for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
                reason.append(System.lineSeparator()).append("because of ").append(cause);
            }
            return reason.toString();
        }

        int end() {
            out.println();
            if (tests == 0) {
                out.println("No test was run: there is none of the clauses that --only names.");
                return 1;
            }
            // A clause that is kept as far as it can be asked is kept.
            clauses.getOrDefault(Outcome.OPTED_OUT, Set.of()).removeAll(clauses.getOrDefault(Outcome.KEPT, Set.of()));
            clauses.values().removeIf(Set::isEmpty);
            for (Map.Entry<Outcome, Set<String>> one : clauses.entrySet()) {
                out.println(one.getKey().word + ": " + String.join(", ", one.getValue()));
            }
            return clauses.containsKey(Outcome.BROKEN) || clauses.containsKey(Outcome.NOT_RUN) ? 1 : 0;
        }
    }

    private static int number(String clause) {
        return clause.matches("S\\d+") ? Integer.parseInt(clause.substring(1)) : 0;
    }

    /** In the order of the clauses' numbers, which is not that of their names. */
    static final class ByClause implements MethodOrderer {
        @Override
        public void orderMethods(MethodOrdererContext context) {
            context.getMethodDescriptors().sort(Comparator.<MethodDescriptor>comparingInt(test ->
                    number(test.findAnnotation(Tag.class).map(Tag::value).orElse("")))
                    .thenComparing(MethodDescriptor::getDisplayName));
        }
    }

    /** Whether a clause asks for nothing beside this ability. */
    private static boolean whole(Ability ability) {
        return switch (ability) {
            case HTTP, MODELS, WEBHOOKS, COUNTS -> true;
            case RESUMES, NOTICES_CHANGES, SECRETS, REPLAYS -> false;
        };
    }
}
