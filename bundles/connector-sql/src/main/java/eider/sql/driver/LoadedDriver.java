package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A driver whose classes are in memory, with the jars that they came from. It lives as long as its file says the same and the jars are what they
 * were, and beyond that until the last of its {@linkplain #borrow borrowers} gave it back; then its classes leave. Any thread.
 */
final class LoadedDriver {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedDriver.class);

    private final Description description;
    private final List<DriverJar> jars;
    private final DriverLoader loader;
    private final Driver driver;

    // Guarded by this.
    private int borrowers;
    private boolean retired;

    private LoadedDriver(Description description, List<DriverJar> jars, DriverLoader loader, Driver driver) {
        this.description = description;
        this.jars = jars;
        this.loader = loader;
        this.driver = driver;
    }

    /**
     * Copies the jars and loads the class.
     *
     * @throws SourceException of kind CONFIG, naming file and option
     */
    static LoadedDriver of(Description description, List<Path> folders, Path copies) throws SourceException, InterruptedException {
        List<DriverJar> jars = new ArrayList<>();
        DriverLoader loader = null;
        boolean done = false;
        try {
            Files.createDirectories(copies);
            List<URL> urls = new ArrayList<>();
            for (String name : description.jars()) {
                DriverJar jar = DriverJar.copied(name, found(description, folders, name), copies);
                jars.add(jar);
                urls.add(url(jar.copy()));
            }
            loader = new DriverLoader(description.name(), urls);
            LoadedDriver loaded = new LoadedDriver(description, jars, loader, driver(description, loader));
            loader.deregister();
            done = true;
            LOG.info("Driver {} is loaded: {} from {}", description.name(), description.driver(), jars.stream()
                    .map(jar -> jar.name() + " (SHA-256 " + jar.sha256() + ")").collect(Collectors.joining(", ")));
            return loaded;
        } catch (DriverJar.Refused e) {
            throw refused(description, description.jars().get(jars.size()), e);
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The jars of driver " + description.name() + " could not be read or copied: " + e, e);
        } finally {
            if (!done) {
                close(description, loader, jars);
            }
        }
    }

    private static DriverJar.Stamp found(Description description, List<Path> folders, String name) throws SourceException, IOException {
        try {
            return DriverJar.find(folders, name);
        } catch (DriverJar.Refused e) {
            throw refused(description, name, e);
        }
    }

    private static SourceException refused(Description description, String jar, DriverJar.Refused e) {
        SourceException wrong = description.wrong("jars", jar + " " + e.getMessage() + ".");
        return new SourceException(wrong.kind(), wrong.getMessage(), e);
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("a file has no address", e);
        }
    }

    private static Driver driver(Description description, DriverLoader loader) throws SourceException, InterruptedException {
        try (DriverThread thread = new DriverThread(description.name(), loader)) {
            return thread.ask(() -> made(description, loader));
        } catch (SQLException e) {
            throw failed(description, "class", description.driver() + " cannot be made: " + e, e);
        }
    }

    private static Driver made(Description description, DriverLoader loader) throws SourceException {
        try {
            Object made = Class.forName(description.driver(), true, loader).getConstructor().newInstance();
            if (made instanceof Driver driver) {
                return driver;
            }
            throw description.wrong("class", description.driver() + " is no JDBC driver; its handbook names the class.");
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            boolean itself = String.valueOf(e.getMessage()).replace('/', '.').equals(description.driver());
            throw failed(description, itself ? "class" : "jars", itself ? "there is no class " + description.driver() + " in " + jars(description)
                    : description.driver() + " needs " + e.getMessage() + ", which is not in " + jars(description), e);
        } catch (UnsupportedClassVersionError e) {
            throw failed(description, "jars", jars(description) + " was made for a newer Java than " + Runtime.version().feature(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw failed(description, "class", description.driver() + " cannot be made: " + cause, e);
        }
    }

    private static SourceException failed(Description description, String option, String sentence, Throwable e) {
        SourceException wrong = description.wrong(option, sentence + ".");
        return new SourceException(wrong.kind(), wrong.getMessage(), e);
    }

    private static String jars(Description description) {
        return String.join(", ", description.jars());
    }

    /** Whether the files are still those that were loaded; a look at their times, nothing is read. */
    boolean current(List<Path> folders) throws SourceException {
        for (DriverJar jar : jars) {
            try {
                if (!found(description, folders, jar.name()).equals(jar.stamp())) {
                    return false;
                }
            } catch (IOException e) {
                throw new SourceException(Kind.TEMPORARY, "The jars of driver " + description.name() + " could not be looked at: " + e, e);
            }
        }
        return true;
    }

    Description description() {
        return description;
    }

    List<DriverJar> jars() {
        return jars;
    }

    Driver driver() {
        return driver;
    }

    ClassLoader loader() {
        return loader;
    }

    /** It stays until it was given back as often. */
    synchronized LoadedDriver borrow() {
        if (retired) {
            throw new IllegalStateException("driver " + description.name() + " is retired");
        }
        borrowers++;
        return this;
    }

    void giveBack() {
        boolean last;
        synchronized (this) {
            last = --borrowers == 0 && retired;
        }
        if (last) {
            close(description, loader, jars);
        }
    }

    /** Nobody borrows it any more; it leaves now, or with the last who has it. */
    void retire() {
        boolean last;
        synchronized (this) {
            last = !retired && borrowers == 0;
            retired = true;
        }
        if (last) {
            close(description, loader, jars);
        }
    }

    private static void close(Description description, DriverLoader loader, List<DriverJar> jars) {
        try {
            if (loader != null) {
                loader.close();
            }
            for (DriverJar jar : jars) {
                jar.delete();
            }
        } catch (IOException e) {
            LOG.warn("What is left of driver {} was not cleared away: {}", description.name(), e.toString(), e);
        }
    }
}
