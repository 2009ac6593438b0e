package eider.cli;

import eider.cli.ConfigFile.Problem;
import eider.engine.EngineException;
import eider.engine.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code eider config}, which has one command below it. */
@Reads
@Command(name = "config", description = "Check the files in config/.", synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExample:%n", footer = "  eider config check")
final class ConfigCommand implements Callable<Integer> {
    private final Console console;
    private final Engine engine;

    @Spec
    private CommandSpec spec;

    ConfigCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() {
        console.tell("A command is missing.");
        console.tell("See: " + spec.qualifiedName() + " --help");
        return Cli.USAGE;
    }

    /** An operator's model, among those of connectors. */
    private static final Pattern MODEL = Pattern.compile("config/(models/.*)");
    private static final Pattern POLICY_FAULT = Pattern.compile("config/(policies/[^ :]+)(?: line (\\d+))?: (.*)");

    private record Finding(Path file, Problem problem) {}

    private static final Listing<Finding> LISTING = new Listing<Finding>()
            .text("file", Finding::file)
            .id("line", finding -> finding.problem.line() == 0 ? null : finding.problem.line())
            .text("problem", finding -> finding.problem.sentence());

    @Reads
    @Command(name = "check",
            description = {"Check every file in config/.",
                "Finds names that configure nothing, unknown options, values of the wrong kind, variables that are not set,"
                + " options given twice, and models and policies that cannot be applied. Each problem names its file and line. Nothing is changed. Fails (1) if there is any."},
            footerHeading = "%nExample:%n", footer = "  eider config check")
    int check(@Mixin FormatOption format) throws EngineException {
        Path folder = engine.server().home().resolve("config");
        Map<Path, List<Problem>> files;
        try {
            files = new ConfigCheck(engine.metatypes(), engine.optionChecks(), System.getenv()).check(folder);
        } catch (IOException e) {
            throw new EngineException("The files in " + folder + " cannot be read: " + e.getMessage(), e);
        }
        List<Finding> findings = new ArrayList<>();
        if (Files.isDirectory(folder.resolve("models"))) {
            for (Mapping mapping : engine.syncs().mappings()) {
                Matcher file = MODEL.matcher(mapping.model());
                if (file.matches()) {
                    Path path = Path.of(file.group(1));
                    files.putIfAbsent(path, List.of());
                    Matcher fault = Pattern.compile(Pattern.quote(mapping.model()) + "(?: line (\\d+))?: (.*)").matcher(mapping.fault());
                    if (fault.matches()) {
                        files.put(path, List.of(new Problem(fault.group(1) == null ? 0 : Integer.parseInt(fault.group(1)), fault.group(2))));
                    }
                }
            }
        }
        if (Files.isDirectory(folder.resolve("policies"))) {
            checkPolicies(folder, files);
        }
        files.forEach((file, problems) -> problems.forEach(problem -> findings.add(new Finding(Path.of("config").resolve(file), problem))));
        if (!format.forPeople()) {
            LISTING.write(console, format.get(), findings);
        } else if (findings.isEmpty()) {
            console.say(files.isEmpty() ? "There is no configuration in " + folder + "." : Text.count(files.size(), "file")
                    + " checked; nothing is wrong.");
        } else {
            findings.forEach(finding -> console.tell(finding.file + (finding.problem.line() == 0 ? "" : ":" + finding.problem.line()) + ": "
                    + finding.problem.sentence()));
        }
        return findings.isEmpty() ? Cli.DONE : Cli.FAILED;
    }

    private void checkPolicies(Path folder, Map<Path, List<Problem>> files) throws EngineException {
        try (Stream<Path> policies = Files.list(folder.resolve("policies"))) {
            policies.filter(file -> file.getFileName().toString().endsWith(".cfg")).forEach(file -> files.put(folder.relativize(file), new ArrayList<>()));
        } catch (IOException e) {
            throw new EngineException("The files in " + folder.resolve("policies") + " cannot be read: " + e.getMessage(), e);
        }
        for (String sentence : engine.policies().faults()) {
            Matcher fault = POLICY_FAULT.matcher(sentence);
            if (fault.matches()) {
                files.computeIfAbsent(Path.of(fault.group(1)), file -> new ArrayList<>())
                        .add(new Problem(fault.group(2) == null ? 0 : Integer.parseInt(fault.group(2)), fault.group(3)));
            }
        }
    }
}
