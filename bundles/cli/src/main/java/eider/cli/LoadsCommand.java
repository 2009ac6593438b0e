package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.RuleCheck;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eider loads [LOAD]}. */
@Command(name = "loads", sortOptions = false, description = {"List the newest loads, or the rules of one.",
        "The newest comes first: what each brought, from where, until when it can be taken back by 'eider undo', and why it failed or is held. With a load's id: what came of each rule in it."},
        footerHeading = "%nExample:%n", footer = {"  eider loads --limit 5", "  eider loads 7"})
final class LoadsCommand implements Callable<Integer> {
    private static final Listing<RuleCheck> CHECKS = new Listing<RuleCheck>()
            .text("rule", RuleCheck::rule)
            .text("action", RuleCheck::action)
            .count("checked", RuleCheck::checked)
            .count("broken", RuleCheck::broken)
            .text("example", RuleCheck::example);

    private final Console console;
    private final Engine engine;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "LOAD", arity = "0..1", description = "The id of a load.")
    private String load;

    @Mixin
    private LimitOption limit;

    @Mixin
    private FormatOption format;

    LoadsCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        if (load != null) {
            if (!load.matches("[0-9]{1,18}")) {
                throw new ParameterException(spec.commandLine(), "'" + load + "' is no load's id, which is a whole number.");
            }
            return checks(Long.parseLong(load));
        }
        List<Load> loads = engine.loads().latest(limit.get());
        if (loads.isEmpty() && format.forPeople()) {
            console.say("Nothing was loaded yet. See: eider sync-sales --help");
        } else {
            Outcome.LISTING.write(console, format.get(), loads);
        }
        return Cli.DONE;
    }

    private int checks(long id) throws EngineException {
        List<RuleCheck> checks = engine.loads().checks(id);
        if (checks.isEmpty() && format.forPeople()) {
            console.say("No rules were applied in load " + id + ", or there is no such load.");
        } else {
            CHECKS.write(console, format.get(), checks);
        }
        return Cli.DONE;
    }
}
