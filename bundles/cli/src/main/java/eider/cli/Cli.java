package eider.cli;

import eider.cli.Trail.Work;
import eider.engine.CommandLine;
import eider.engine.Commands;
import eider.engine.EngineException;
import eider.engine.Server;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs command lines. Several may run at a time, each with a parser and a hold on the services of its own.
 *
 * <p>A failure is one sentence on the error stream, and never a stack trace: that goes to the log.
 */
@Component(service = Commands.class)
public final class Cli implements Commands {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Cli.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NARROWEST_HELP = 60;
    private static final int WIDEST_HELP = 120;

    private static final Pattern OPTION_WITH_VALUE = Pattern.compile("--[a-z-]+=");

    private final Supplier<Engine> engines;

    @Activate
    public Cli(BundleContext context, @Reference Server server) {
        this(() -> new ServiceEngine(context, server, PATIENCE));
    }

    Cli(Supplier<Engine> engines) {
        this.engines = engines;
    }

    @Override
    public int run(CommandLine line) {
        Console console = new Console(line);
        try (Engine engine = engines.get()) {
            return parser(console, engine, helpWidth(line.width())).execute(arguments(line.arguments()));
        } finally {
            console.flush();
        }
    }

    private static String[] arguments(List<String> words) {
        if (!words.isEmpty() && words.getFirst().equals("help")) {
            return Stream.concat(words.stream().skip(1), Stream.of("--help")).toArray(String[]::new);
        }
        return words.stream().map(Cli::sqlOrWord).toArray(String[]::new);
    }

    /** SQL may begin with a comment, which looks like an option: a space before it says that it is none. */
    private static String sqlOrWord(String word) {
        boolean sql = word.startsWith("--") && word.chars().anyMatch(Character::isWhitespace) && !OPTION_WITH_VALUE.matcher(word).lookingAt();
        return sql ? " " + word : word;
    }

    private static int helpWidth(int width) {
        return width == 0 ? 100 : Math.clamp(width, NARROWEST_HELP, WIDEST_HELP);
    }

    /** Every command there is, with its subcommands. */
    static picocli.CommandLine parser(Console console, Engine engine, int helpWidth) {
        Trail trail = new Trail(console, engine);
        picocli.CommandLine parser = new picocli.CommandLine(new EiderCommand(console));
        parser.getCommandSpec().versionProvider(() -> new String[] {"eider " + engine.server().version()});
        for (Object command : List.of(
                new ElsewhereCommands.Start(console), new ElsewhereCommands.Test(console),
                new SyncSalesCommand(console, engine, trail), new PluginsCommand(console, engine), new SourcesCommand(console, engine),
                new SyncCommand(console, engine, trail), new PlanCommand(console, engine, trail), new LoadsCommand(console, engine), new UndoCommand(console, engine, trail), new QuarantineCommand(console, engine),
                new RecordingsCommand(console, engine),
                new QueryCommand(console, engine, trail), new StatusCommand(console, engine), new StopCommand(console, engine, trail),
                new ImportUsersCommand(console, engine, trail), new PeopleCommand(console, engine), new LinkCommands.Reset(console, engine, trail),
                new LinkCommands.SetUp(console, engine, trail), new AuditCommand(console, engine), new ConfigCommand(console, engine), new ElsewhereCommands.Bench(console))) {
            parser.addSubcommand(command);
        }
        parser.getSubcommands().get("recordings").addSubcommand(new RecordingsCommand.Replay(console, engine, trail))
                .addSubcommand(new RecordingsCommand.Delete(console, engine, trail));
        parser.getSubcommands().get("quarantine").addSubcommand(new QuarantineCommand.Mend(console, engine, trail))
                .addSubcommand(new QuarantineCommand.Replay(console, engine, trail)).addSubcommand(new QuarantineLineCommand(console, engine));
        parser.getSubcommands().get("sources").addSubcommand(new SourcesCommand.Compare(console, engine, trail));
        parser.getSubcommands().get("people").addSubcommand(new PeopleCommand.Set(console, engine, trail));
        parser.getSubcommands().get("audit").addSubcommand(new AuditCommand.Verify(console, engine));
        // an argument @FILE would be read from the disk of the server's user
        parser.setExpandAtFiles(false);
        parser.setCaseInsensitiveEnumValuesAllowed(true);
        parser.setColorScheme(picocli.CommandLine.Help.defaultColorScheme(Ansi.OFF));
        parser.setUsageHelpWidth(helpWidth);
        parser.setOut(new PrintWriter(new HelpWriter(console), true));
        parser.setExecutionStrategy(parsed -> execute(parsed, trail));
        parser.setParameterExceptionHandler(wrongUsage(console));
        parser.setExecutionExceptionHandler(failure(console));
        layHelpOut(parser);
        return parser;
    }

    private static int execute(ParseResult parsed, Trail trail) {
        Integer explained = picocli.CommandLine.executeHelpRequest(parsed);
        if (explained != null) {
            return explained;
        }
        picocli.CommandLine command = parsed.asCommandLineList().getLast();
        Object object = command.getCommandSpec().userObject();
        Changes changes = nature(object).getAnnotation(Changes.class);
        if (changes == null && !nature(object).isAnnotationPresent(Reads.class)) {
            throw new IllegalStateException(command.getCommandSpec().qualifiedName() + " does not say whether it changes anything");
        }
        Work work = () -> new RunLast().execute(parsed);
        boolean changesNow = changes != null && (!(object instanceof Changes.Sometimes sometimes) || sometimes.changes());
        return changesNow ? trail.around(changes, command, work) : work.run();
    }

    /** Where a command says whether it {@link Changes} something or only {@link Reads}: on its class, or on its method where it has no class of its own. */
    static AnnotatedElement nature(Object command) {
        return command instanceof Method method ? method : command.getClass();
    }

    /** What is the same in the help of every command. */
    private static void layHelpOut(picocli.CommandLine parser) {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put(" 0", "done");
        codes.put(" 1", "failed: one sentence on the error stream says why and what to do");
        codes.put(" 2", "wrong usage");
        parser.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(codes).descriptionHeading("%n")
                .parameterListHeading("%n")
                .optionListHeading("%nOptions:%n").commandListHeading("%nCommands:%n");
        parser.getSubcommands().values().forEach(Cli::layHelpOut);
    }

    private static IParameterExceptionHandler wrongUsage(Console console) {
        return (wrong, arguments) -> {
            console.tell(wrong instanceof UnmatchedArgumentException unmatched ? unknown(unmatched) : sentence(wrong.getMessage()));
            console.tell("See: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            return USAGE;
        };
    }

    private static String unknown(UnmatchedArgumentException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        String word = wrong.getUnmatched().getFirst();
        if (word.startsWith("-")) {
            String option = word.replaceFirst("=.*", "");
            return "'" + command.qualifiedName() + "' has no option '" + option + "'." + Text.nearest(option, command.optionsMap().keySet());
        }
        if (!command.subcommands().isEmpty()) {
            return "There is no command '" + word + "'." + Text.nearest(word, command.subcommands().keySet());
        }
        return "'" + word + "' is a word too many.";
    }

    private static String sentence(String message) {
        return message.endsWith(".") || message.endsWith("?") ? message : message + ".";
    }

    private static IExecutionExceptionHandler failure(Console console) {
        return (caught, command, parsed) -> {
            String name = command.getCommandSpec().qualifiedName();
            // the accounts tell what went wrong inside a question that throws nothing checked
            Exception failure = caught instanceof IllegalStateException && caught.getCause() instanceof EngineException told ? told : caught;
            switch (failure) {
                case EngineException told -> {
                    LOG.debug("{} failed", name, told);
                    console.tell(told.getMessage());
                }
                case InterruptedException cancelled -> {
                    LOG.info("{} was cancelled", name);
                    console.tell("Cancelled.");
                }
                default -> {
                    LOG.error("{} failed", name, failure);
                    console.tell("'" + name + "' met something unexpected (" + failure.getClass().getSimpleName() + "); the log tells more.");
                }
            }
            return FAILED;
        };
    }

    /** What picocli writes by itself: help and version. */
    private static final class HelpWriter extends Writer {
        private final Console console;

        HelpWriter(Console console) {
            this.console = console;
        }

        @Override
        public void write(char[] text, int from, int length) {
            console.print(new String(text, from, length));
        }

        @Override
        public void flush() {
            // the console is flushed when the command ends
        }

        @Override
        public void close() {
            // the console stays open
        }
    }
}
