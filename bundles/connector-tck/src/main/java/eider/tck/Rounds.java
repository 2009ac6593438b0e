package eider.tck;

import eider.connector.Source;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Installs, updates and uninstalls a connector again and again, and tells what stays. */
final class Rounds implements ChildJvm.Measurement {
    static final String NOTHING = "no class loader, no thread";
    private static final int ROUNDS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

    @Override
    public String measure(SourceContract contract, Path home, int rows) throws Exception {
        try (Scene scene = Scene.of(contract, home, rows)) {
            Felix felix = (Felix) scene.connector();
            felix.uninstall();
            // One round before the census: it starts what the framework keeps for itself.
            round(felix, scene);
            Threads before = new Threads();
            for (int i = 0; i < ROUNDS; i++) {
                round(felix, scene);
            }
            List<String> threads = before.stayed(Duration.ofSeconds(2));
            long end = System.nanoTime() + PATIENCE.toNanos();
            long left = loaders.size();
            while (left > 0 && System.nanoTime() < end) {
                System.gc();
                left = loaders.stream().filter(loader -> loader.get() != null).count();
            }
            return (left == 0 ? "no class loader" : left + " of " + loaders.size() + " class loaders") + ", "
                    + (threads.isEmpty() ? "no thread" : "the threads " + threads);
        }
    }

    private void round(Felix felix, Scene scene) throws Exception {
        felix.install();
        Source installed = scene.connect("round");
        loaders.add(new WeakReference<>(installed.getClass().getClassLoader()));
        Reading.all(installed, scene.sniffer());
        felix.release();
        felix.update();
        Source updated = felix.source("round");
        loaders.add(new WeakReference<>(updated.getClass().getClassLoader()));
        Reading.all(updated, scene.sniffer());
        felix.release();
        felix.uninstall();
    }
}
