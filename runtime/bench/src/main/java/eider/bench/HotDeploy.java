package eider.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * From the moment that the first connector's jar lies in the drop folder, is replaced there or is gone, until {@code plugins} says so. Nothing syncs
 * meanwhile.
 */
final class HotDeploy implements Measurement {
    private static final double AIM_ADD = 1_000;
    private static final double AIM_REPLACE = 500;
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final String JAR = "connector.jar";

    private final Workbench bench;
    private final int rounds;

    HotDeploy(Workbench bench, int rounds) {
        this.bench = bench;
        this.rounds = rounds;
    }

    @Override
    public String name() {
        return "hot deploy, " + rounds + " x";
    }

    @Override
    public List<Figure> measure() throws Exception {
        Path distribution = bench.withoutConnectors();
        Path home = bench.fresh("home");
        Path drop = Files.createDirectories(home.resolve("plugins")).resolve(JAR);
        List<Double> added = new ArrayList<>();
        List<Double> replaced = new ArrayList<>();
        List<Double> removed = new ArrayList<>();
        try (Server server = Server.start(distribution.resolve("eider"), home)) {
            for (int i = 0; i < rounds; i++) {
                Path older = versioned("1.0." + 2 * i);
                Path newer = versioned("1.0." + (2 * i + 1));
                added.add(until(server, () -> Files.move(older, drop, StandardCopyOption.ATOMIC_MOVE), serves("1.0." + 2 * i)));
                replaced.add(until(server, () -> Files.move(newer, drop, StandardCopyOption.ATOMIC_MOVE), serves("1.0." + (2 * i + 1))));
                removed.add(until(server, () -> Files.delete(drop), plugins -> plugins.isEmpty()));
            }
        }
        bench.fresh("home");
        return List.of(
                new Figure("deploy_add", "a jar is added", Median.of(added, Double::doubleValue), "ms", AIM_ADD),
                new Figure("deploy_replace", "a jar is replaced, idle", Median.of(replaced, Double::doubleValue), "ms", AIM_REPLACE),
                Figure.beside("deploy_remove", "a jar is removed", Median.of(removed, Double::doubleValue), "ms"));
    }

    /** A change of the drop folder. */
    private interface Change {
        void make() throws IOException;
    }

    private static double until(Server server, Change change, Predicate<JsonNode> seen) throws IOException {
        long begun = System.nanoTime();
        change.make();
        // every answer takes some milliseconds of the server's time, which is pause enough between two questions
        while (!seen.test(server.ask("plugins", "--format", "json"))) {
            if (System.nanoTime() - begun > LONGEST.toNanos()) {
                throw new IOException("after " + LONGEST.toSeconds() + " s plugins says " + server.ask("plugins", "--format", "json"));
            }
        }
        return (System.nanoTime() - begun) / 1e6;
    }

    private static Predicate<JsonNode> serves(String version) {
        return plugins -> {
            for (JsonNode plugin : plugins) {
                if (plugin.get("file").textValue().equals(JAR) && plugin.get("version").textValue().equals(version)) {
                    return plugin.get("state").textValue().equals("serving");
                }
            }
            return false;
        };
    }

    /** The connector's jar with another version, beside the drop folder on the same disk. */
    private Path versioned(String version) throws IOException {
        Path jar = bench.fresh("connector-" + version);
        try (JarInputStream in = new JarInputStream(Files.newInputStream(bench.connector()), false)) {
            Manifest manifest = new Manifest(in.getManifest());
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
                copy(in, out);
            }
        }
        return jar;
    }

    private static void copy(JarInputStream from, JarOutputStream to) throws IOException {
        for (JarEntry entry = from.getNextJarEntry(); entry != null; entry = from.getNextJarEntry()) {
            to.putNextEntry(new JarEntry(entry.getName()));
            from.transferTo(to);
            to.closeEntry();
        }
    }
}
