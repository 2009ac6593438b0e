package eider.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Driver;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real drivers out of real jars: how their classes come, and that they leave. */
@Timeout(60)
class DriverFileTest {
    @TempDir
    Path home;

    static Stream<Arguments> drivers() {
        return Stream.of(Arguments.of("h2.jar", Dropped.H2), Arguments.of("hsqldb.jar", Dropped.HSQLDB), Arguments.of("ojdbc11.jar", Dropped.ORACLE),
                Arguments.of("mssql-jdbc.jar", Dropped.SQL_SERVER));
    }

    private static SourceException fault(DriverFile file, String option) {
        SourceException e = catchThrowableOfType(SourceException.class, file::borrow);
        assertThat(e).as("a fault of option %s", option).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.CONFIG);
        assertThat(e.getMessage()).startsWith("config/driver~" + file.name() + ".cfg, option '" + option + "': ").endsWith(".");
        return e;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drivers")
    void takesADriverOutOfAJarThatIsNotOnTheClassPath(String jar, Map<String, String> options) throws Exception {
        Dropped dropped = new Dropped(home);
        byte[] bytes = Files.readAllBytes(dropped.drop(jar));
        DriverFile file = dropped.driver("some", options);
        LoadedDriver loaded = file.borrow();
        assertThat(catchThrowableOfType(ClassNotFoundException.class, () -> Class.forName(options.get("class")))).isNotNull();
        assertThat(loaded.driver()).isInstanceOf(Driver.class);
        String address = loaded.description().address().of("127.0.0.1", 1, "shop");
        assertThat(loaded.driver().acceptsURL(address)).as(address).isTrue();
        assertThat(loaded.jars()).singleElement().satisfies(one -> assertThat(one.sha256()).isEqualTo(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))));
        // It sees the JDK, and nothing that Eider is made of.
        assertThat(loaded.loader().getParent()).isSameAs(ClassLoader.getPlatformClassLoader());
        for (String ours : List.of("org.slf4j.Logger", "eider.connector.Source", "org.duckdb.DuckDBDriver")) {
            assertThat(catchThrowableOfType(ClassNotFoundException.class, () -> loaded.loader().loadClass(ours))).as(ours).isNotNull();
        }
        loaded.giveBack();
        file.close();
        assertThat(dropped.copies()).isEmpty();
    }

    /** A driver puts itself on the JDK's list, starts threads and management beans: each of them holds its classes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("drivers")
    void leavesNoClassLoaderNoThreadAndNoBean(String jar, Map<String, String> options) throws Exception {
        Dropped dropped = new Dropped(home);
        dropped.drop(jar);
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        Set<ObjectName> beans = ManagementFactory.getPlatformMBeanServer().queryNames(null, null);
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            DriverFile file = dropped.driver("some", options);
            loaders.add(used(file));
            file.close();
        }
        assertThat(onTheList(options.get("class"))).isZero();
        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(null, null)).isEqualTo(beans);
        assertThat(Thread.getAllStackTraces().keySet().stream().filter(thread -> !threads.contains(thread)
                && thread.getContextClassLoader() instanceof DriverLoader)).as("threads of a driver").isEmpty();
        if (options != Dropped.ORACLE) {
            // That one gives the JDK's Cleaner an executor whose threads are made by a class of its own: held by what it holds, it stays until the
            // end.
            assertThat(left(loaders)).as("class loaders that stay").isZero();
        }
    }

    /** In a method of its own, so that no variable holds what was borrowed. */
    private static WeakReference<ClassLoader> used(DriverFile file) throws Exception {
        LoadedDriver loaded = file.borrow();
        try {
            return new WeakReference<>(loaded.loader());
        } finally {
            loaded.giveBack();
        }
    }

    /** The list tells a caller only of drivers that he sees; all of them are in a field of the class that keeps it. */
    private static long onTheList(String driver) {
        return DriverManager.drivers().filter(one -> one.getClass().getName().equals(driver)).count();
    }

    private static long left(List<WeakReference<ClassLoader>> loaders) {
        return Loaders.left(loaders);
    }

    /** The leak that is undone is a real one: whoever loads a driver and lets go of it without more keeps its classes for ever. */
    @Test
    void withoutAFarewellTheClassesStay() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        DriverLoader loader = new DriverLoader("held", List.of(Dropped.jar("h2.jar").toUri().toURL()));
        Class.forName("org.h2.Driver", true, loader);
        loaders.add(new WeakReference<>(loader));
        DriverLoader again = loader;
        loader = null;
        System.gc();
        assertThat(loaders.getFirst().get()).isNotNull();
        again.deregister();
        again.close();
        again = null;
        assertThat(left(loaders)).isZero();
    }

    /** Somebody else's driver of the same name is on the JDK's list: to look for ours there makes another one of ours. */
    @Test
    void noneIsLeftBehindWhereAnotherOfTheSameNameIsInUse() throws Exception {
        Dropped dropped = new Dropped(home);
        dropped.drop("h2.jar");
        DriverLoader other = new DriverLoader("other", List.of(Dropped.jar("h2.jar").toUri().toURL()));
        Class.forName("org.h2.Driver", true, other);
        DriverFile file = dropped.driver("h2", Dropped.but(Dropped.H2, "class", "org.h2.tools.Csv"));
        fault(file, "class");
        file.close();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        DriverLoader unused = new DriverLoader("unused", List.of(Dropped.jar("h2.jar").toUri().toURL()));
        loaders.add(new WeakReference<>(unused));
        unused.close();
        unused = null;
        assertThat(left(loaders)).isZero();
        other.close();
    }

    @Test
    void aJarThatIsReplacedIsLoadedAnewAtTheNextUse() throws Exception {
        Dropped dropped = new Dropped(home);
        Path jar = dropped.drop("h2.jar");
        DriverFile file = dropped.driver("h2", Dropped.H2);
        LoadedDriver first = file.borrow();
        LoadedDriver same = file.borrow();
        assertThat(same).isSameAs(first);
        WeakReference<ClassLoader> old = new WeakReference<>(first.loader());

        Path next = Files.copy(jar, dropped.folder.resolve("h2.jar.part"));
        Files.setLastModifiedTime(next, FileTime.from(Instant.now().minusSeconds(60)));
        Files.move(next, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        LoadedDriver second = file.borrow();
        assertThat(second).isNotSameAs(first);
        assertThat(second.loader()).isNotSameAs(first.loader());
        // Who has the old one goes on with it, jar and all.
        assertThat(first.driver().getClass().getClassLoader().loadClass("org.h2.tools.Script")).isNotNull();
        assertThat(dropped.copies()).hasSize(2);
        first.giveBack();
        assertThat(dropped.copies()).hasSize(2);
        same.giveBack();
        assertThat(dropped.copies()).hasSize(1);
        first = null;
        same = null;
        assertThat(left(new ArrayList<>(List.of(old)))).isZero();
        second.giveBack();
        file.close();
        assertThat(dropped.copies()).isEmpty();
    }

    @Test
    void aFileThatIsTakenAwayMeanwhileIsTriedAgain() throws Exception {
        Dropped dropped = new Dropped(home);
        dropped.drop("h2.jar");
        DriverFile file = dropped.driver("h2", Dropped.H2);
        LoadedDriver had = file.borrow();
        file.close();
        assertThat(catchThrowableOfType(SourceException.class, file::borrow).kind()).isEqualTo(Kind.TEMPORARY);
        assertThat(dropped.copies()).hasSize(1);
        had.giveBack();
        assertThat(dropped.copies()).isEmpty();
    }

    @Test
    void aJarThatIsMissingOrDamagedIsNamed() throws Exception {
        Dropped dropped = new Dropped(home);
        DriverFile file = dropped.driver("h2", Dropped.H2);
        assertThat(fault(file, "jars")).hasMessageContaining("h2.jar is not there").hasMessageContaining("drivers");
        byte[] whole = Files.readAllBytes(Dropped.jar("h2.jar"));
        dropped.file("h2.jar", Arrays.copyOf(whole, whole.length / 2));
        assertThat(fault(file, "jars")).hasMessageContaining("no whole jar");
        dropped.file("h2.jar", new byte[0]);
        fault(file, "jars");
        Files.delete(dropped.folder.resolve("h2.jar"));
        Files.createDirectory(dropped.folder.resolve("h2.jar"));
        assertThat(fault(file, "jars")).hasMessageContaining("is not a file");
        Files.delete(dropped.folder.resolve("h2.jar"));
        dropped.file("h2.jar", zip("org/duckdb/DuckDBDriver.class"));
        assertThat(fault(file, "jars")).hasMessageContaining("DuckDB");
        assertThat(dropped.copies()).isEmpty();
        dropped.file("h2.jar", whole);
        file.borrow().giveBack();
        file.close();
    }

    @Test
    void aClassThatIsNotThereOrNoDriverIsNamed() throws Exception {
        Dropped dropped = new Dropped(home);
        dropped.drop("h2.jar");
        assertThat(fault(dropped.driver("h2", Dropped.but(Dropped.H2, "class", "org.h2.Drover")), "class")).hasMessageContaining("org.h2.Drover")
                .hasMessageContaining("h2.jar");
        fault(dropped.driver("h2", Dropped.but(Dropped.H2, "class", "java.lang.Runtime")), "class");
        fault(dropped.driver("h2", Dropped.but(Dropped.H2, "class", "java.util.ArrayList")), "class");
        fault(dropped.driver("h2", Dropped.but(Dropped.H2, "class", "org.duckdb.DuckDBDriver")), "class");
        fault(dropped.driver("h2", Dropped.but(Dropped.H2, "class", "org.h2.jdbc.JdbcConnection")), "class");
        assertThat(dropped.copies()).isEmpty();
    }

    @Test
    void whatAnybodyMayChangeIsNoCode() throws Exception {
        Dropped dropped = new Dropped(home);
        Path jar = dropped.drop("h2.jar");
        DriverFile file = dropped.driver("h2", Dropped.H2);
        for (Path open : List.of(jar, dropped.folder, dropped.home.resolve("plugins"))) {
            Set<java.nio.file.attribute.PosixFilePermission> before = Files.getPosixFilePermissions(open);
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(Files.isDirectory(open) ? "rwxrwxrwx" : "rw-rw-rw-"));
            assertThat(fault(file, "jars")).as(open.toString()).hasMessageContaining("chmod o-w " + open);
            Files.setPosixFilePermissions(open, before);
        }
        // Also once it was loaded.
        LoadedDriver loaded = file.borrow();
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));
        fault(file, "jars");
        loaded.giveBack();
        Files.delete(jar);
        Path outside = Files.copy(Dropped.jar("h2.jar"), home.resolve("outside.jar"));
        Files.createSymbolicLink(jar, outside);
        assertThat(fault(file, "jars")).hasMessageContaining("leads out of its folder");
        Files.delete(outside);
        assertThat(fault(file, "jars")).hasMessageContaining("leads nowhere");
        file.close();
    }

    @Test
    void theHomesJarWinsOverThatOfTheDistribution() throws Exception {
        Dropped distribution = new Dropped(home.resolve("distribution"));
        Dropped dropped = new Dropped(home.resolve("home"));
        distribution.drop("h2.jar");
        Path copies = Files.createDirectories(home.resolve("copies"));
        DriverFile file = new DriverFile("h2", Dropped.config(Dropped.H2), List.of(dropped.folder, distribution.folder), copies);
        LoadedDriver loaded = file.borrow();
        assertThat(loaded.jars().getFirst().stamp().file()).startsWith(distribution.folder);
        loaded.giveBack();
        dropped.drop("h2.jar");
        loaded = file.borrow();
        assertThat(loaded.jars().getFirst().stamp().file()).startsWith(dropped.folder);
        loaded.giveBack();
        file.close();
    }

    @Test
    void driversAreFoundByTheNameOfTheirFile() throws Exception {
        Dropped dropped = new Dropped(home);
        dropped.drop("h2.jar");
        Drivers drivers = Drivers.in(home, Map.of("h2", Dropped.config(Dropped.H2), "shop", Dropped.config(Dropped.H2)));
        LoadedDriver loaded = drivers.of("h2", List.of()).borrow();
        assertThat(loaded.description().name()).isEqualTo("h2");
        loaded.giveBack();
        drivers.of("h2", List.of()).close();
        SourceException e = catchThrowableOfType(SourceException.class, () -> drivers.of("oracle", List.of("postgresql")));
        assertThat(e.kind()).isEqualTo(Kind.CONFIG);
        assertThat(e.getMessage()).isEqualTo("Option 'kind': 'oracle' is not among h2, postgresql, shop, and no file config/driver~NAME.cfg "
                + "describes a "
                + "driver of that name.");
    }

    private static byte[] zip(String... names) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            for (String name : names) {
                jar.putNextEntry(new ZipEntry(name));
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
