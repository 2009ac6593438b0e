package eider.kit.http;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The kit inside a connector's jar, built as a connector builds itself. */
class BundleTest {

    @Test
    void aConnectorThatCarriesTheKitPrivatelyImportsOnlyWhatConnectorsMay() throws Exception {
        Set<String> imports = imports("eider.kit.*, com.fasterxml.jackson.core.*", "eider.kit.http");
        assertThat(imports).contains("eider.connector", "org.slf4j").allMatch(name -> name.startsWith("java.") || name.equals("eider.connector")
                || name.equals("org.slf4j"));
    }

    @Test
    void aConnectorWithoutHttpCarriesNoneOfIt() throws Exception {
        assertThat(imports("eider.kit", "eider.kit")).contains("eider.connector").noneMatch(name -> name.startsWith("com.fasterxml")
                || name.startsWith("org.slf4j")
                || name.startsWith("java.net.http"));
    }

    private static Set<String> imports(String conditional, String own) throws Exception {
        try (Builder builder = new Builder()) {
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (entry.endsWith("connector-kit/target/classes") || entry.contains("jackson-core") || entry.contains("connector-api")
                        || entry.contains("slf4j-api")) {
                    builder.addClasspath(new File(entry));
                }
            }
            builder.setProperty("Bundle-SymbolicName", "test");
            builder.setProperty("-privatepackage", own);
            builder.setProperty("-conditionalpackage", conditional);
            Jar jar = builder.build();
            assertThat(builder.getErrors()).isEmpty();
            String imports = jar.getManifest().getMainAttributes().getValue("Import-Package");
            Set<String> names = new TreeSet<>(builder.parseHeader(imports).keySet());
            assertThat(jar.getPackages()).contains(own);
            return names;
        }
    }
}
