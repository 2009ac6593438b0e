package eider.connector;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An ability that some connectors have: to read one file that a person hands over on the command line, without a configuration of
 * its own. Registered as a service by the connector.
 */
@ConsumerType
public interface FileOpener {

    /**
     * A source with the one dataset {@code dataset}, read from {@code file} wherever it lies: the person who handed it over may
     * read it, and no allowed root applies.
     */
    Source open(Path file, String dataset);
}
