package eider.tck;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The whole contract, inside Felix, for a connector's jar that was built somewhere else: all of {@link FelixContract}, and nothing on the class path
 * but the TCK and this class. {@link Tck} runs it, and so does any JUnit 5 launcher that is told the jar by {@code -Deider.tck.jar=…}. The author
 * writes:
 *
 * <pre>{@code
 * public class ShopContract implements JarContract {
 *     public Outside outside(Path home, String name) {
 *         return new RecordedShop(name);
 *     }
 * }
 * }</pre>
 */
public interface JarContract extends FelixContract {
    /** System property: the connector's jar. */
    String JAR = "eider.tck.jar";
    /** System property: the folder with the connector's {@code README.md} and {@code config/}; without it the current one. */
    String MODULE = "eider.tck.module";

    /** Never called: the jar's own component makes the sources. */
    @Override
    default Connector connector(Path home) {
        throw new UnsupportedOperationException("a jar's contract runs inside Felix alone");
    }

    @Override
    default Path bundle() {
        String jar = System.getProperty(JAR);
        if (jar == null || !Files.isRegularFile(Path.of(jar))) {
            throw new IllegalStateException(jar == null ? "Say which jar to test: -D" + JAR + "=path/to/connector.jar" : "There is no file " + jar
                    + ", which -D" + JAR
                    + " names.");
        }
        return Path.of(jar).toAbsolutePath();
    }

    @Override
    default Path module() {
        return Path.of(System.getProperty(MODULE, "")).toAbsolutePath();
    }
}
