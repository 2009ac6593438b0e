package eider.sql.driver;

import eider.tck.Binding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A home with drivers in it, as an operator drops them: real jars, of which nothing is on the class path. */
final class Dropped {
    static final Map<String, String> H2 = Map.of("jars", "h2.jar", "class", "org.h2.Driver", "url", "jdbc:h2:tcp://{host}:{port}/{database}");
    static final Map<String, String> HSQLDB = Map.of("jars", "hsqldb.jar", "class", "org.hsqldb.jdbc.JDBCDriver", "url",
            "jdbc:hsqldb:hsql://{host}:{port}/{database}");
    static final Map<String, String> ORACLE = Map.of("jars", "ojdbc11.jar", "class", "oracle.jdbc.OracleDriver", "url",
            "jdbc:oracle:thin:@//{host}:{port}/{database}", "port", "1521");
    static final Map<String, String> SQL_SERVER = Map.of("jars", "mssql-jdbc.jar", "class", "com.microsoft.sqlserver.jdbc.SQLServerDriver", "url",
            "jdbc:sqlserver://{host}:{port};databaseName={database};encrypt=true", "port", "1433");

    final Path home;
    final Path folder;

    Dropped(Path home) throws IOException {
        this.home = home;
        this.folder = Files.createDirectories(home.resolve("plugins/drivers"));
    }

    /** Where the build put the jars of the drivers. */
    static Path jar(String name) {
        return Path.of("target/drivers", name).toAbsolutePath();
    }

    Path drop(String name) throws IOException {
        return Files.copy(jar(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    /** The same description with some options of another value. */
    static Map<String, String> but(Map<String, String> description, String... more) {
        Map<String, String> options = new LinkedHashMap<>(description);
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    static DriverConfig config(Map<String, String> options) {
        return Binding.of(DriverConfig.class, options);
    }

    DriverFile driver(String name, Map<String, String> options) throws IOException {
        return new DriverFile(name, config(options), List.of(folder), Files.createDirectories(home.resolve("copies")));
    }

    List<Path> copies() throws IOException {
        try (var files = Files.list(home.resolve("copies"))) {
            return files.toList();
        }
    }
}
