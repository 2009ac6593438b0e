package eider.sql.driver;

import eider.connector.SourceException;
import eider.kit.Options;
import eider.sql.Dialect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drivers that files describe, by name. Any thread. */
@Component(service = Drivers.class)
public final class Drivers {
    private static final Logger LOG = LoggerFactory.getLogger(Drivers.class);
    private static final String FOLDER = "drivers";

    private final Map<String, DriverFile> files = new ConcurrentHashMap<>();

    /** Those of files. What an earlier run that was killed left of its copies is cleared away. */
    @Activate
    public Drivers(BundleContext bundle) {
        clear(copies(bundle));
    }

    private Drivers() {
    }

    private static void clear(Path copies) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(copies)) {
            for (Path copy : left) {
                Files.deleteIfExists(copy);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} was never needed", copies, e);
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("Copies of drivers in {} were not cleared away: {}", copies, e.toString(), e);
        }
    }

    /** No driver. */
    public static Drivers none() {
        return new Drivers();
    }

    /**
     * Those of a program, by name; their jars lie in {@code plugins/drivers/} of the home. Copies of them are in a folder that ends with the JVM, and
     * a driver's classes stay as long as this object is in use.
     */
    public static Drivers in(Path home, Map<String, DriverConfig> configurations) {
        Drivers drivers = new Drivers();
        configurations.forEach((name, config) -> drivers.files.put(name, new DriverFile(name, config, List.of(folder(home.resolve("plugins"))),
                temporary())));
        return drivers;
    }

    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("eider-drivers");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("there is no folder for copies of drivers", e);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addFile(DriverFile file) {
        files.put(file.name(), file);
    }

    void removeFile(DriverFile file) {
        files.remove(file.name(), file);
    }

    /**
     * The driver of this name.
     *
     * @param others kinds that need no driver of their own
     * @throws SourceException of kind CONFIG, naming option {@code kind}
     */
    DriverFile of(String name, Collection<String> others) throws SourceException {
        DriverFile file = files.get(name);
        if (file == null) {
            Set<String> known = new TreeSet<>(others);
            known.addAll(files.keySet());
            throw Options.wrong("kind", "'" + name + "' is not among " + String.join(", ", known)
                    + ", and no file config/driver~NAME.cfg describes a driver of "
                    + "that name.");
        }
        return file;
    }

    /**
     * What understands the server of such a driver, for one call of a source.
     *
     * @throws SourceException of kind CONFIG, naming option {@code kind} if there is no such driver, or else file and option
     */
    public Dialect dialect(String name, Collection<String> others) throws SourceException {
        return new DriverDialect(of(name, others), InstantSource.system());
    }

    static String name(Map<String, Object> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        return pid.substring(pid.indexOf('~') + 1);
    }

    static List<Path> folders(BundleContext bundle) {
        String home = bundle.getProperty("eider.home");
        if (home == null) {
            throw new IllegalStateException("the framework property eider.home is not set; it names the folder that holds plugins/");
        }
        Set<Path> folders = new LinkedHashSet<>(List.of(folder(Path.of(home).resolve("plugins"))));
        String distribution = bundle.getProperty("eider.dist.plugins");
        if (distribution != null && !distribution.isBlank()) {
            folders.add(folder(Path.of(distribution)));
        }
        return new ArrayList<>(folders);
    }

    private static Path folder(Path plugins) {
        return plugins.toAbsolutePath().normalize().resolve(FOLDER);
    }

    /** A folder of the bundle's own, which goes with it. */
    static Path copies(BundleContext bundle) {
        return bundle.getDataFile(FOLDER).toPath();
    }
}
