package eider.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option of lists that grow. */
final class LimitOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private int limit = 20;

    @Option(names = "--limit", paramLabel = "N", description = "How many at most; 20 if not given.")
    private void limit(int limit) {
        if (limit < 1) {
            throw new ParameterException(command.commandLine(), "--limit must be at least 1, not " + limit + ".");
        }
        this.limit = limit;
    }

    int get() {
        return limit;
    }
}
