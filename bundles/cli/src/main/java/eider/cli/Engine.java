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
import eider.people.Audit;
import eider.people.People;
import eider.people.Policies;
import eider.people.SignIns;
import java.net.URI;
import java.util.List;
import java.util.Optional;

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

    /** The accounts. This and the next two open the database of people, which is another one than the store's. */
    People people() throws EngineException;

    SignIns signIns() throws EngineException;

    Audit audit() throws EngineException;

    /** The rules of roles. */
    Policies policies() throws EngineException;

    /** The address at which people reach the pages, where it is configured; it opens nothing. */
    Optional<URI> publicUrl();

    /** What can be configured: the metatype of every installed bundle. */
    List<Metatype> metatypes() throws EngineException;

    /** Who judges options that are a language of their own. None of them opens the store. */
    List<OptionCheck> optionChecks();

    /** Lets go of the services; in a process of its own this closes the store. */
    @Override
    void close();
}
