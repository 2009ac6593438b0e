package eider.itest.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What manifests do not show: who knows whom inside the core, and what the contracts are made of. */
class CoreRulesTest {
    private static JavaClasses core;

    @BeforeAll
    static void read() throws IOException {
        core = classesOf(Built.bundle("eider.core"));
    }

    @Test
    void theStoreKnowsNothingOfWhoUsesIt() {
        noClasses().that().resideInAPackage("eider.store..")
            .should().dependOnClassesThat().resideInAnyPackage("eider.sync..", "eider.model..", "eider.policy..", "eider.cage..", "eider.query..",
                "eider.core..").check(core);
    }

    /** {@code eider.core} puts the parts together. */
    @Test
    void noPartKnowsWhoPutsItTogether() {
        noClasses().that().resideOutsideOfPackage("eider.core..").should().dependOnClassesThat().resideInAPackage("eider.core..").check(core);
    }

    @Test
    void onlyTheStoreKnowsDuckDb() {
        assertThat(core.stream().filter(type -> type.getDirectDependenciesFromSelf().stream()
            .anyMatch(dependency -> dependency.getTargetClass().getPackageName().startsWith("org.duckdb"))))
            .isNotEmpty().allMatch(type -> Built.within("eider.store").test(type.getPackageName()));
    }

    @Test
    void theCoreHasNoOtherPackages() {
        classes().should().resideInAnyPackage("eider.core..", "eider.store..", "eider.quality..", "eider.sync..", "eider.model..",
            "eider.policy..", "eider.cage..", "eider.query..").check(core);
    }

    /** A language and nothing else. */
    @Test
    void theRulesKnowNobody() {
        classes().that().resideInAPackage("eider.quality..").should().onlyDependOnClassesThat().resideInAnyPackage("java..", "eider.quality..").check(core);
    }

    @Test
    void theConnectorApiIsMadeOfJavaAlone() throws IOException {
        classes().should().onlyDependOnClassesThat(resideInAnyPackage("java..", "eider.connector", "org.osgi.annotation.."))
            .check(classesOf(Built.host("eider-connector-api")));
    }

    @Test
    void theEngineApiShowsNothingOfOsgiOrDuckDb() throws IOException {
        classes().should().onlyDependOnClassesThat(resideInAnyPackage("java..", "eider.connector", "eider.engine", "eider.people", "org.osgi.annotation.."))
            .check(classesOf(Built.host("eider-engine-api")));
    }

    /** Our own: the libraries that a bundle carries keep rules of their own. */
    private static JavaClasses classesOf(Built jar) throws IOException {
        try (JarFile file = new JarFile(jar.file().toFile())) {
            return new ClassFileImporter().withImportOption(location -> location.asURI().toString().contains("!/eider/")).importJar(file);
        }
    }
}
