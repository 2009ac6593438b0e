package eider.connector;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.Baseline.Info;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import aQute.bnd.service.diff.Diff;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The version of the package tells the truth about what changed since its last release. */
class BaselineTest {
    private static final Path RELEASED = Path.of("baseline/released.jar");
    private static final Path BUILT = Path.of("target/classes");

    @Test
    void declaresAVersionThatFitsWhatChangedSinceTheLastRelease() throws Exception {
        try (Jar built = new Jar(BUILT.toFile())) {
            assertThat(faults(built)).as("bundles/connector-api compared with its last release").isEmpty();
        }
    }

    /** The test of the test: the same comparison with a type taken away. */
    @Test
    void noticesATypeThatIsGone() throws Exception {
        try (Jar built = new Jar(BUILT.toFile())) {
            built.remove("eider/connector/Cursor.class");
            assertThat(faults(built)).singleElement().asString()
                .contains("eider.connector is declared as 1.").contains("must be 2.0.0").contains("REMOVED class eider.connector.Cursor");
        }
    }

    private static List<String> faults(Jar built) throws Exception {
        List<String> faults = new ArrayList<>();
        try (Processor bnd = new Processor(); Jar released = new Jar(RELEASED.toFile())) {
            DiffPluginImpl differ = new DiffPluginImpl();
            for (Info info : new Baseline(bnd, differ).baseline(built, released, new Instructions("*"))) {
                if (info.mismatch) {
                    List<String> changes = new ArrayList<>();
                    leaves(info.packageDiff, changes);
                    faults.add(("%s is declared as %s, but after these changes since release %s it must be %s: "
                        + "take the change back, or raise @Version in its package-info.java.%n  %s")
                        .formatted(info.packageName, info.newerVersion, info.olderVersion, info.suggestedVersion, String.join("\n  ", changes)));
                }
            }
        }
        return faults;
    }

    /** The innermost differences, with the types that they are in. */
    private static void leaves(Diff diff, List<String> changes) {
        switch (diff.getDelta()) {
            case UNCHANGED, IGNORED -> { }
            case ADDED, REMOVED -> changes.add(said(diff));
            case CHANGED, MICRO, MINOR, MAJOR -> {
                int before = changes.size();
                diff.getChildren().forEach(child -> leaves(child, changes));
                for (int i = before; i < changes.size(); i++) {
                    if (diff.getType() == aQute.bnd.service.diff.Type.CLASS || diff.getType() == aQute.bnd.service.diff.Type.INTERFACE) {
                        changes.set(i, diff.getName() + ": " + changes.get(i));
                    }
                }
            }
        }
    }

    private static String said(Diff diff) {
        return diff.getDelta() + " " + diff.getType().toString().toLowerCase(java.util.Locale.ROOT) + " " + diff.getName();
    }
}
