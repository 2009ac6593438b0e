package eider.itest.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who imports and exports what, by the manifests that the framework goes by. */
class BundleRulesTest {
    private static final Predicate<String> JAVA = Built.within("java");
    private static final Set<String> CONTRACTS = Set.of("eider.connector", "eider.engine", "eider.people");

    @Test
    void theConnectorApiImportsOnlyJava() {
        Built api = Built.host("eider-connector-api");
        assertThat(api.exports()).containsExactly("eider.connector");
        assertThat(api.imports()).allMatch(JAVA.or(Built.within("org.osgi.annotation")).or("eider.connector"::equals));
        assertThat(api.packages()).containsExactly("eider.connector");
    }

    @Test
    void theEngineApiImportsOnlyJavaAndTheConnectorApi() {
        Built api = Built.host("eider-engine-api");
        assertThat(api.exports()).containsExactlyInAnyOrder("eider.engine", "eider.people");
        assertThat(api.imports()).allMatch(JAVA.or(CONTRACTS::contains));
    }

    @Test
    void aConnectorImportsOnlyTheConnectorApiAndJavaAndComponentsAndTheLog() {
        Predicate<String> allowed = JAVA.or(BundleRulesTest::ofTheJdk).or("eider.connector"::equals)
            .or(Built.within("org.osgi.service.component", "org.osgi.service.metatype", "org.osgi.framework", "org.slf4j"));
        assertThat(Built.plugins()).isNotEmpty().allSatisfy(connector -> {
            assertThat(connector.neededImports()).as("imports of %s", connector).contains("eider.connector").allMatch(allowed);
            assertThat(connector.imports()).as("imports of %s", connector).noneMatch(Built.within("eider").and(pack -> !pack.equals("eider.connector")));
            assertThat(connector.exports()).as("exports of %s: its libraries are its own business", connector).isEmpty();
        });
    }

    @Test
    void onlyTheCoreImportsDuckDb() {
        assertThat(everything().filter(jar -> jar.imports().stream().anyMatch(Built.within("org.duckdb")) || jar.requires("org.duckdb.duckdb_jdbc")))
            .extracting(Built::name).containsExactly("eider.core");
    }

    @Test
    void onlyOneJarCarriesDuckDb() {
        assertThat(everything().filter(jar -> jar.packages().contains("org.duckdb"))).hasSize(1);
    }

    @Test
    void nobodyExportsAnythingButTheTwoContracts() {
        assertThat(everything().filter(Built::ours).filter(jar -> !jar.name().equals("eider.runtime")).flatMap(jar -> jar.exports().stream()))
            .containsExactlyInAnyOrderElementsOf(CONTRACTS);
    }

    @Test
    void nobodyImportsWebOrAConnectorOrAnothersInternals() {
        assertThat(everything()).allSatisfy(jar ->
            assertThat(jar.imports().stream().filter(Built.within("eider")).toList()).as("imports of %s", jar).isSubsetOf(CONTRACTS));
    }

    @Test
    void nobodyCarriesACopyOfAContract() {
        assertThat(everything().filter(jar -> jar.packages().stream().anyMatch(CONTRACTS::contains)).map(Built::name))
            .containsExactlyInAnyOrder("eider.connector-api", "eider.engine-api");
    }

    @Test
    void noTwoOfOurJarsShareAPackage() {
        assertThat(Stream.concat(Built.bundles().stream(), Built.host().stream()).filter(Built::ours)
            .flatMap(jar -> jar.packages().stream()).filter(Built.within("eider"))).doesNotHaveDuplicates();
    }

    private static Stream<Built> everything() {
        return Stream.of(Built.host(), Built.bundles(), Built.plugins()).flatMap(java.util.List::stream);
    }

    private static boolean ofTheJdk(String pack) {
        return ModuleLayer.boot().modules().stream().filter(module -> module.getName().startsWith("java."))
            .anyMatch(module -> module.getDescriptor().exports().stream().anyMatch(export -> !export.isQualified() && export.source().equals(pack)));
    }
}
