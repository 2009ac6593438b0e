/**
 * What the engine can be asked for. Web pages, commands, alerts and embedding programs know the engine only by this package:
 * {@link eider.engine.Syncs} moves data in, {@link eider.engine.Loads} tells what was moved, {@link eider.engine.Origins} where a row comes from,
 * {@link eider.engine.Comparisons} whether what is here is what the sources hold, {@link eider.engine.Recordings} keeps and replays what passed,
 * {@link eider.engine.Queries} reads it,
 * {@link eider.engine.Plugins} tells which connector jars serve, {@link eider.engine.Commands} runs a command line. Each is one
 * OSGi service. Nothing of OSGi and nothing of DuckDB shows in a signature.
 */
@Export
@Version("1.0.0")
package eider.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
