package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;

/**
 * A driver as {@code config/driver~NAME.cfg} describes it. Its jars are opened when a connection first needs them; a file that says something else is
 * another instance, and jars that were replaced are loaded anew at the next use, while what goes on with the old ones ends with them. Any thread.
 */
@Component(service = DriverFile.class, configurationPid = "driver", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DriverConfig.class, factory = true)
public final class DriverFile {
    private final String name;
    private final DriverConfig config;
    private final List<Path> folders;
    private final Path copies;

    // Guarded by this.
    private LoadedDriver loaded;
    private boolean closed;

    /** Folders: {@code plugins/drivers/} of the home, then of the distribution, by the framework's properties. */
    @Activate
    public DriverFile(DriverConfig config, Map<String, Object> properties, BundleContext bundle) {
        this(Drivers.name(properties), config, Drivers.folders(bundle), Drivers.copies(bundle));
    }

    /**
     * By a program.
     *
     * @param name what stands behind {@code driver~} in the name of its file
     * @param folders where the jars lie, the first that has one wins
     * @param copies a folder for copies of them that nobody else writes to
     */
    DriverFile(String name, DriverConfig config, List<Path> folders, Path copies) {
        this.name = name;
        this.config = config;
        this.folders = List.copyOf(folders);
        this.copies = copies;
    }

    String name() {
        return name;
    }

    /** @throws SourceException of kind CONFIG, naming file and option */
    Description description() throws SourceException {
        return Description.of(name, config);
    }

    /**
     * The driver with its classes, which stay until it is {@linkplain LoadedDriver#giveBack given back}.
     *
     * @throws SourceException of kind CONFIG, naming file and option
     */
    synchronized LoadedDriver borrow() throws SourceException, InterruptedException {
        if (closed) {
            throw new SourceException(Kind.TEMPORARY, Description.file(name)
                    + " is gone or says something else since this began; it is tried again.");
        }
        if (loaded != null && !loaded.current(folders)) {
            loaded.retire();
            loaded = null;
        }
        if (loaded == null) {
            loaded = LoadedDriver.of(description(), folders, copies);
        }
        return loaded.borrow();
    }

    /** The file is gone or says something else, or the bundle ends. */
    @Deactivate
    synchronized void close() {
        closed = true;
        if (loaded != null) {
            loaded.retire();
            loaded = null;
        }
    }
}
