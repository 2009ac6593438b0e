/**
 * The contract between Eider and a connector: a connector implements {@link eider.connector.Source}, which tells what datasets
 * there are and pushes their rows into a {@link eider.connector.Sink} in a plain loop. Read {@code Source} first; its Javadoc
 * tells the whole lifecycle in numbered steps. Everything else here is a noun that appears in its two methods.
 *
 * <p>The package is versioned semantically and compared with its last release at every build. A connector imports this package,
 * {@code java.*}, the OSGi component packages and slf4j, and carries everything else inside its own jar.
 */
@Export
@Version("1.2.0")
package eider.connector;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
