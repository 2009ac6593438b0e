package eider.itest.rules;

import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** A jar of the assembled distribution. */
record Built(Path file, Manifest manifest) {
    static final Path DISTRIBUTION = Path.of(System.getProperty("eider.itest.distribution"));

    static Built of(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            return new Built(file, Optional.ofNullable(jar.getManifest()).orElseGet(Manifest::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the host's class path consists of. */
    static List<Built> host() {
        return jars("lib", 1);
    }

    static List<Built> bundles() {
        return jars("lib/bundles", 3);
    }

    static List<Built> plugins() {
        return jars("plugins", 1);
    }

    static Built host(String artifact) {
        return host().stream().filter(jar -> jar.artifact().equals(artifact)).findFirst()
            .orElseThrow(() -> new AssertionError("The distribution has no lib/" + artifact + "-….jar"));
    }

    static Built bundle(String name) {
        return bundles().stream().filter(jar -> jar.name().equals(name)).findFirst()
            .orElseThrow(() -> new AssertionError("The distribution has no bundle " + name));
    }

    private static List<Built> jars(String folder, int depth) {
        try (Stream<Path> files = Files.walk(DISTRIBUTION.resolve(folder), depth)) {
            List<Built> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().map(Built::of).toList();
            if (jars.isEmpty()) {
                throw new AssertionError("There are no jars in " + DISTRIBUTION.resolve(folder) + "; build the distribution first");
            }
            return jars;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String artifact() {
        return file.getFileName().toString().replaceFirst("-\\d.*", "");
    }

    /** Its symbolic name; empty if it is no bundle. */
    String name() {
        return header("Bundle-SymbolicName").keyList().stream().findFirst().orElse("");
    }

    /** Whether we build it. */
    boolean ours() {
        return name().startsWith("eider.");
    }

    Set<String> imports() {
        Set<String> imports = new TreeSet<>(header("Import-Package").keySet());
        imports.addAll(header("DynamicImport-Package").keySet());
        return imports;
    }

    /** Those without which it does not resolve. */
    Set<String> neededImports() {
        Set<String> imports = new TreeSet<>();
        header("Import-Package").forEach((pack, attributes) -> {
            if (!"optional".equals(attributes.get("resolution:"))) {
                imports.add(pack);
            }
        });
        return imports;
    }

    Set<String> exports() {
        return header("Export-Package").keySet();
    }

    boolean requires(String bundle) {
        return header("Require-Bundle").containsKey(bundle);
    }

    /** The packages that have classes in it. */
    Set<String> packages() {
        try (JarFile jar = new JarFile(file.toFile())) {
            Set<String> packages = new TreeSet<>();
            jar.stream().map(entry -> entry.getName()).filter(entry -> entry.endsWith(".class") && !entry.startsWith("META-INF/") && entry.contains("/"))
                .forEach(entry -> packages.add(entry.substring(0, entry.lastIndexOf('/')).replace('/', '.')));
            return packages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Parameters header(String name) {
        return OSGiHeader.parseHeader(manifest.getMainAttributes().getValue(name));
    }

    /** Packages with one of these names, or below it. */
    static Predicate<String> within(String... names) {
        return pack -> Stream.of(names).anyMatch(name -> pack.equals(name) || pack.startsWith(name + "."));
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
