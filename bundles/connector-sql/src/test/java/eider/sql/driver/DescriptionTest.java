package eider.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.Reader;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file may say of a driver, and what is said of one that may not. */
class DescriptionTest {

    private static Description of(String... more) throws SourceException {
        return Description.of("oracle", Dropped.config(Dropped.but(Dropped.ORACLE, more)));
    }

    @Test
    void isWhatTheFileSays() throws SourceException {
        Description description = of("jars", "ojdbc11.jar, ons.jar", "properties", "oracle.jdbc.J2EE13Compliant=true, x=1", "allowed_properties",
                "oracle.net.CONNECT_TIMEOUT", "read_only", "SET TRANSACTION READ ONLY; ALTER SESSION SET TIME_ZONE = 'UTC'", "snapshot", "4096",
                "fetch_rows",
                "2000");
        assertThat(description.jars()).containsExactly("ojdbc11.jar", "ons.jar");
        assertThat(description.driver()).isEqualTo("oracle.jdbc.OracleDriver");
        assertThat(description.port()).isEqualTo(1521);
        assertThat(description.properties()).isEqualTo(Map.of("oracle.jdbc.J2EE13Compliant", "true", "x", "1"));
        assertThat(description.readOnly()).containsExactly("SET TRANSACTION READ ONLY", "ALTER SESSION SET TIME_ZONE = 'UTC'");
        assertThat(List.of(description.isolation(), description.fetchRows())).containsExactly(4096, 2000);
        assertThat(of().isolation()).isEqualTo(Connection.TRANSACTION_NONE);
        assertThat(of("snapshot", "serializable").isolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"jars,", "jars,`,`", "jars,../x.jar", "jars,/tmp/x.jar", "jars,a/b.jar", "jars,.x.jar", "jars,x.zip",
        "jars,`x.jar, y`", "class,", "class,`Runtime.exec()`", "class,a..b", "class,1a", "url,", "url,http://x", "url,jdbc:x:{user}", "port,many",
        "port,0",
        "port,65536", "database,anything", "properties,x", "properties,`x=1, x=2`", "properties,user=scott", "properties,Password=tiger",
        "allowed_properties,password", "snapshot,", "snapshot,dirty", "snapshot,-1", "snapshot,99999999999", "fetch_rows,0", "fetch_rows,many",
        "fetch_rows,"})
    void aFaultNamesFileAndOption(String option, String value) {
        SourceException e = catchThrowableOfType(SourceException.class, () -> of(option, value == null ? "" : value));
        assertThat(e).as("%s = %s", option, value).isNotNull();
        assertThat(e.kind()).isEqualTo(Kind.CONFIG);
        assertThat(e.getMessage()).startsWith("config/driver~oracle.cfg, option '" + option + "': ").endsWith(".");
    }

    /** What an operator copies is right as it stands, and names every option; so does the README, with the defaults. */
    @Test
    void sampleAndReadmeNameTheSameOptions() throws Exception {
        Map<String, String> declared = new TreeMap<>();
        for (Method method : DriverConfig.class.getDeclaredMethods()) {
            declared.put(method.getName().replace("$", "").replace("__", "_"), method.getDefaultValue() == null ? ""
                    : (String) method.getDefaultValue());
        }
        Properties sample = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("../../config/driver~oracle.cfg.sample"))) {
            sample.load(reader);
        }
        assertThat(sample.stringPropertyNames()).isEqualTo(declared.keySet());
        Map<String, String> options = new HashMap<>();
        sample.stringPropertyNames().forEach(name -> options.put(name, sample.getProperty(name)));
        Description description = Description.of("oracle", Dropped.config(options));
        assertThat(description.address().of("db.example.com", description.port(), "ORCLPDB1"))
                .isEqualTo("jdbc:oracle:thin:@//db.example.com:1521/ORCLPDB1");
        assertThat(description.readOnly()).containsExactly("SET TRANSACTION READ ONLY");

        Map<String, String> told = new TreeMap<>();
        boolean table = false;
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            table = line.startsWith("| in the file |") || table && line.startsWith("|");
            Matcher row = Pattern.compile("\\| `([a-z_]+)` \\| (?:`([^`]*)` )?\\| .*\\.\\s*\\|").matcher(line);
            if (table && row.matches()) {
                told.put(row.group(1), row.group(2) == null ? "" : row.group(2));
            }
        }
        assertThat(told).isEqualTo(declared);
    }

    @Test
    void whatIsFixedIsNotForAConnectionToSet() {
        SourceException e = catchThrowableOfType(SourceException.class, () -> of("properties", "a=1", "allowed_properties", "a"));
        assertThat(e.getMessage()).startsWith("config/driver~oracle.cfg, option 'allowed_properties': 'a'");
    }

    @Test
    void aConnectionSetsWhatIsAllowedAndNothingElse() throws SourceException {
        Description description = of("properties", "fixed=1", "allowed_properties", "timeout, label");
        Properties told = description.told("scott", "tiger;{}", Map.of("timeout", "5", "label", "my shop, north"));
        assertThat(told).isEqualTo(Map.of("fixed", "1", "timeout", "5", "label", "my shop, north", "user", "scott", "password", "tiger;{}"));
        assertThat(description.told("", "", Map.of())).isEqualTo(Map.of("fixed", "1"));
        for (Map<String, String> wanted : List.of(Map.of("fixed", "2"), Map.of("Timeout", "5"), Map.of("user", "sys"), Map.of("INIT", "x"),
                Map.of("timeout", "5;INIT=x"), Map.of("label", "a\nb"), Map.of("label", "{x"), Map.of("label", "a&b"), Map.of("label", "a?b"))) {
            SourceException e = catchThrowableOfType(SourceException.class, () -> description.told("scott", "tiger", wanted));
            assertThat(e).as(wanted.toString()).isNotNull();
            assertThat(e.kind()).isEqualTo(Kind.CONFIG);
            assertThat(e.getMessage()).startsWith("Option 'properties': ").doesNotContain("INIT=x");
        }
    }
}
