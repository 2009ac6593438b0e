package eider.tck.ledger;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Jar;
import eider.connector.Source;
import eider.tck.Ability;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/** The contract for the ledger source, or for one of its broken kin. */
public class LedgerContract implements SourceContract {
    private final Class<? extends Source> type;

    public LedgerContract() {
        this(LedgerSource.class);
    }

    protected LedgerContract(Class<? extends Source> type) {
        this.type = type;
    }

    @Override
    public Connector connector(Path home) {
        return Connector.of(type);
    }

    @Override
    public Outside outside(Path home, String name) {
        return new Ledger(home, name);
    }

    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.MODELS, Ability.WEBHOOKS);
    }

    @Override
    public int rows() {
        return 200;
    }

    @Override
    public Path module() {
        return Path.of("src/test/ledger").toAbsolutePath();
    }

    @Override
    public Path bundle() {
        return bundle("ledger", LedgerSource.class);
    }

    /** Builds a bundle with one component out of test classes. */
    protected static Path bundle(String name, Class<?> component) {
        Path jar = Path.of("target", "test-bundles", name + "-" + ProcessHandle.current().pid() + ".jar").toAbsolutePath();
        if (Files.exists(jar)) {
            return jar;
        }
        try (Builder builder = new Builder()) {
            Files.createDirectories(jar.getParent());
            builder.setProperty(Constants.BUNDLE_SYMBOLICNAME, name);
            builder.setProperty(Constants.PRIVATEPACKAGE, "eider.tck.ledger"
                    + (component == LedgerSource.class ? "" : "," + component.getPackageName()));
            builder.setProperty(Constants.DSANNOTATIONS, component.getName());
            builder.setProperty(Constants.DSANNOTATIONS_OPTIONS, "norequirements");
            builder.setProperty(Constants.METATYPE_ANNOTATIONS, "eider.tck.ledger.LedgerConfig," + component.getName());
            builder.setProperty(Constants.IMPORT_PACKAGE, "eider.connector,org.slf4j");
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (new File(entry).exists()) {
                    builder.addClasspath(new File(entry));
                }
            }
            Jar built = builder.build();
            if (!builder.getErrors().isEmpty()) {
                throw new IllegalStateException(builder.getErrors().stream().collect(Collectors.joining("; ")));
            }
            built.write(jar.toFile());
            return jar;
        } catch (Exception e) {
            throw new IllegalStateException("the bundle " + name + " could not be built", e);
        }
    }
}
