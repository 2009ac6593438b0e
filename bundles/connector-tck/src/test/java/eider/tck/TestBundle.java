package eider.tck;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds a bundle with one component out of test classes, once in a JVM. */
public final class TestBundle {
    private TestBundle() {}

    /** @param others classes whose packages the component needs beside its own and that of {@code config} */
    public static Path of(String name, Class<?> component, Class<?> config, Class<?>... others) {
        Path jar = Path.of("target", "test-bundles", name + "-" + ProcessHandle.current().pid() + ".jar").toAbsolutePath();
        if (Files.exists(jar)) {
            return jar;
        }
        try (Builder builder = new Builder()) {
            Files.createDirectories(jar.getParent());
            builder.setProperty(Constants.BUNDLE_SYMBOLICNAME, name);
            builder.setProperty(Constants.PRIVATEPACKAGE, Stream.concat(Stream.of(component, config), Stream.of(others)).map(Class::getPackageName)
                    .distinct()
                    .collect(Collectors.joining(",")));
            builder.setProperty(Constants.DSANNOTATIONS, component.getName());
            builder.setProperty(Constants.DSANNOTATIONS_OPTIONS, "norequirements");
            builder.setProperty(Constants.METATYPE_ANNOTATIONS, config.getName() + "," + component.getName());
            builder.setProperty(Constants.IMPORT_PACKAGE, "eider.connector,org.slf4j,javax.crypto.*;resolution:=optional");
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (new File(entry).exists()) {
                    builder.addClasspath(new File(entry));
                }
            }
            Jar built = builder.build();
            if (!builder.getErrors().isEmpty()) {
                throw new IllegalStateException(String.join("; ", builder.getErrors()));
            }
            built.write(jar.toFile());
            return jar;
        } catch (Exception e) {
            throw new IllegalStateException("the bundle " + name + " could not be built", e);
        }
    }
}
