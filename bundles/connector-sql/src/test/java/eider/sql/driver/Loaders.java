package eider.sql.driver;

import java.lang.ref.WeakReference;
import java.util.List;

/** Looks at the class loaders of drivers, for tests of other packages. */
public final class Loaders {
    private static final long PATIENCE = 30_000_000_000L;

    private Loaders() {
    }

    /** The one that is in use now, or is made by this. */
    public static WeakReference<ClassLoader> of(Drivers drivers, String name) throws Exception {
        LoadedDriver loaded = drivers.of(name, List.of()).borrow();
        try {
            return new WeakReference<>(loaded.loader());
        } finally {
            loaded.giveBack();
        }
    }

    /** How many of them stay in memory, although nobody uses them. */
    public static long left(List<WeakReference<ClassLoader>> loaders) {
        long end = System.nanoTime() + PATIENCE;
        long left = loaders.size();
        while (left > 0 && System.nanoTime() < end) {
            System.gc();
            left = loaders.stream().filter(loader -> loader.get() != null).count();
        }
        return left;
    }
}
