package eider.cli;

import eider.engine.Comparisons;
import eider.engine.EngineException;
import eider.engine.Loads;
import eider.engine.OptionCheck;
import eider.engine.Origins;
import eider.engine.Plugins;
import eider.engine.Queries;
import eider.engine.Recordings;
import eider.engine.Server;
import eider.engine.Syncs;
import java.util.List;

/**
 * The engine's services for the length of one command. Each is looked up when it is first asked for: the first of {@link #syncs}, {@link #loads},
 * {@link #origins}, {@link #comparisons} and {@link #queries} opens the store where no server did.
 */
interface Engine extends AutoCloseable {
    Server server();

    Syncs syncs() throws EngineException;

    Loads loads() throws EngineException;

    Origins origins() throws EngineException;

    Queries queries() throws EngineException;

    Recordings recordings() throws EngineException;

    Comparisons comparisons() throws EngineException;

    Plugins plugins() throws EngineException;

    /** What can be configured: the metatype of every installed bundle. */
    List<Metatype> metatypes() throws EngineException;

    /** Who judges options that are a language of their own. None of them opens the store. */
    List<OptionCheck> optionChecks();

    /** Lets go of the services; in a process of its own this closes the store. */
    @Override
    void close();
}
