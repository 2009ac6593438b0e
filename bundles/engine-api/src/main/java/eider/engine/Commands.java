package eider.engine;

/** Runs a command line inside the engine's process: for the person at the terminal, through the server that runs or in a process of its own. */
public interface Commands {

    /**
     * Returns when the command is done. An interrupt of the calling thread cancels what runs.
     *
     * @return 0 done, 1 failed (one clear sentence was written to the error stream), 2 wrong usage
     */
    int run(CommandLine line);
}
