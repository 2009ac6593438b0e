package eider;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of {@code config/} as configurations: {@code <pid>.cfg} and {@code <pid>~<name>.cfg}, in UTF-8, {@code key = value} as
 * java.util.Properties reads it, with
 * {@code $[env:NAME]} standing for a variable of the environment. Read once before the engine starts, so that it starts configured, and then twice
 * a second looked at
 * for changes. A file that cannot be understood changes nothing and is told in the log. Variables are filled in where a configuration is handed
 * out, not where it is
 * kept: ConfigAdmin writes what it keeps to the disk.
 *
 * <p>Felix FileInstall does not serve here: it takes only {@code -} between pid and name, and leaves an unset variable in the value
 * (docs/decisions/0004).
 */
final class ConfigFolder implements ConfigurationPlugin, AutoCloseable {
    /** The property by which a configuration says which file it came from. */
    static final String FILE = "eider.file";
    private static final Logger LOG = LoggerFactory.getLogger(ConfigFolder.class);
    private static final String ENDING = ".cfg";
    private static final long PERIOD_MILLIS = 500;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\[env:([^\\]]*)\\]");

    /** How a file looks from outside: enough to see that it changed. */
    private record Look(FileTime modified, long size) {}

    private final Path folder;
    private final ConfigurationAdmin admin;
    private final UnaryOperator<String> environment;
    private final Map<String, Look> known = new HashMap<>();
    private final Thread watcher = Thread.ofPlatform().daemon().name("config-folder").unstarted(this::watch);

    ConfigFolder(Path folder, ConfigurationAdmin admin) {
        this(folder, admin, System::getenv);
    }

    ConfigFolder(Path folder, ConfigurationAdmin admin, UnaryOperator<String> environment) {
        this.folder = folder;
        this.admin = admin;
        this.environment = environment;
    }

    /** Applies all files, takes away what the files of an earlier run left behind, and begins to watch; {@link #close} ends that. */
    void open() throws IOException {
        look();
        try {
            Configuration[] left = admin.listConfigurations(null);
            for (Configuration configuration : left == null ? new Configuration[0] : left) {
                if (!known.containsKey(String.valueOf(configuration.getProperties().get(FILE)))) {
                    configuration.delete();
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
        watcher.start();
    }

    private void watch() {
        String told = "";
        try {
            while (true) {
                Thread.sleep(PERIOD_MILLIS);
                try {
                    look();
                    told = "";
                } catch (IOException | RuntimeException e) {
                    // Once, not twice a second for as long as it lasts.
                    if (!e.toString().equals(told)) {
                        LOG.error("The folder {} cannot be read", folder, e);
                    }
                    told = e.toString();
                }
            }
        } catch (InterruptedException closed) {
            return;
        }
    }

    private void look() throws IOException {
        Map<String, Look> now = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                if (attributes.isRegularFile()) {
                    now.put(file.getFileName().toString(), new Look(attributes.lastModifiedTime(), attributes.size()));
                }
            }
        }
        for (Map.Entry<String, Look> file : now.entrySet()) {
            if (!file.getValue().equals(known.put(file.getKey(), file.getValue()))) {
                apply(file.getKey());
            }
        }
        for (String gone : known.keySet().stream().filter(name -> !now.containsKey(name)).toList()) {
            known.remove(gone);
            configuration(gone).delete();
            LOG.info("config/{} is gone; what it configured ends", gone);
        }
    }

    private void apply(String name) {
        try {
            Dictionary<String, Object> options = new Hashtable<>();
            for (Map.Entry<String, String> option : read(folder.resolve(name), environment).entrySet()) {
                options.put(option.getKey(), option.getValue());
            }
            options.put(FILE, name);
            if (configuration(name).updateIfDifferent(options)) {
                LOG.info("config/{} is applied", name);
            }
        } catch (CharacterCodingException e) {
            LOG.error("config/{} is not in UTF-8: save it in that encoding. What it configured before stays.", name);
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("config/{}: {} What it configured before stays.", name, e.getMessage());
        }
    }

    /** What a file says, variables filled in; nothing where there is no such file. For who needs it before there are configurations. */
    static Map<String, String> options(Path file, UnaryOperator<String> environment) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        Map<String, String> options = read(file, environment);
        options.replaceAll((name, value) -> filled(value, environment));
        return options;
    }

    private static Map<String, String> read(Path file, UnaryOperator<String> environment) throws IOException {
        Properties properties = new Properties();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        Map<String, String> options = new HashMap<>();
        for (String key : properties.stringPropertyNames()) {
            String value = properties.getProperty(key).strip();
            for (Matcher variable = VARIABLE.matcher(value); variable.find(); ) {
                if (environment.apply(variable.group(1)) == null) {
                    throw new IllegalArgumentException("option " + key + " names the environment variable " + variable.group(1) + ", which is not set.");
                }
            }
            options.put(key, value);
        }
        return options;
    }

    /** Called by ConfigAdmin for each configuration that it hands to a component. */
    @Override
    public void modifyConfiguration(ServiceReference<?> reference, Dictionary<String, Object> properties) {
        for (String key : Collections.list(properties.keys())) {
            if (properties.get(key) instanceof String value && value.contains("$[env:")) {
                properties.put(key, filled(value, environment));
            }
        }
    }

    private static String filled(String value, UnaryOperator<String> environment) {
        return VARIABLE.matcher(value).replaceAll(variable -> {
            String content = environment.apply(variable.group(1));
            return Matcher.quoteReplacement(content == null ? variable.group() : content);
        });
    }

    /** The configuration that a file stands for, whichever bundle wants it. */
    private Configuration configuration(String name) throws IOException {
        return of(admin, name.substring(0, name.length() - ENDING.length()));
    }

    static Configuration of(ConfigurationAdmin admin, String pid) throws IOException {
        int tilde = pid.indexOf('~');
        return tilde < 0 ? admin.getConfiguration(pid, "?") : admin.getFactoryConfiguration(pid.substring(0, tilde), pid.substring(tilde + 1), "?");
    }

    /** Ends the watching; what was applied stays until the framework ends. */
    @Override
    public void close() {
        watcher.interrupt();
    }
}
