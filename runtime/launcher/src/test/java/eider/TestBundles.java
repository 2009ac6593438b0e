package eider;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes distributions with real bundles in them. */
final class TestBundles {
    private TestBundles() {}

    /** The services of level 1, as the real distribution has them; they lie on the tests' class path. */
    static Path services(Path distribution) throws Exception {
        Path stage = Files.createDirectories(distribution.resolve("lib/bundles/1-services"));
        for (String type : new String[] {"org.apache.felix.cm.impl.ConfigurationManager", "org.apache.felix.scr.impl.Activator"}) {
            Class<?> inside = Class.forName(type, false, TestBundles.class.getClassLoader());
            Path jar = Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI());
            Files.copy(jar, stage.resolve(jar.getFileName()));
        }
        return stage;
    }

    /** A bundle with one class of {@code eider.fixture} in it. */
    static void bundle(Path jar, Class<?> component) throws Exception {
        Files.createDirectories(jar.getParent());
        Path classes = Path.of(component.getProtectionDomain().getCodeSource().getLocation().toURI());
        String entry = component.getName().replace('.', '/') + ".class";
        try (Builder builder = new Builder(); Jar classPath = new Jar("classes")) {
            classPath.putResource(entry, new aQute.bnd.osgi.FileResource(classes.resolve(entry)));
            builder.addClasspath(classPath);
            builder.setProperty("Bundle-SymbolicName", component.getSimpleName().toLowerCase(java.util.Locale.ROOT));
            builder.setProperty("Bundle-Version", "1.0.0");
            builder.setProperty("Private-Package", component.getPackageName());
            builder.setProperty("-dsannotations-options", "norequirements");
            try (Jar made = builder.build()) {
                if (!builder.getErrors().isEmpty()) {
                    throw new IllegalStateException(builder.getErrors().toString());
                }
                made.write(jar.toFile());
            }
        }
    }
}
