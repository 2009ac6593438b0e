package eider.tck;

import eider.connector.Sniffer;
import eider.connector.Source;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Where a test of the contract happens: a home with the engine, a world that is filled, and the connector, started as the contract starts it. */
final class Scene implements AutoCloseable {
    /** The world of an ordinary test. */
    static final String WORLD = "world";

    private final SourceContract contract;
    private final Path home;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Warehouse warehouse;
    private Outside outside;
    private Connector connector;

    private Scene(SourceContract contract, Path home) {
        this.contract = contract;
        this.home = home;
    }

    static Scene of(SourceContract contract, Path home, int rows) throws Exception {
        return of(contract, home, rows, WORLD);
    }

    /** @param world as {@link SourceContract#outside} is asked for it */
    static Scene of(SourceContract contract, Path home, int rows, String world) throws Exception {
        Scene scene = new Scene(contract, home);
        try {
            scene.warehouse = scene.opened(Warehouse.open(home));
            scene.outside = scene.world(world, rows);
            scene.connector = scene.opened(contract.start(home));
            return scene;
        } catch (Throwable e) {
            scene.close();
            throw e;
        }
    }

    /** Another world beside the first one. */
    Outside world(String name, int rows) throws Exception {
        Outside world = opened(contract.outside(home, name));
        world.fill(rows);
        return world;
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    Warehouse warehouse() {
        return warehouse;
    }

    Sniffer sniffer() {
        return warehouse.sniffer();
    }

    Outside outside() {
        return outside;
    }

    Connector connector() {
        return connector;
    }

    /** A connection of this name that reads the world. */
    Source connect(String name) throws Exception {
        return connector.connect(name, outside.options());
    }

    /** Closes all of it, the last one opened first, even where one does not close. */
    @Override
    public void close() {
        List<Exception> failures = new ArrayList<>();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add(e);
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IllegalStateException failure = new IllegalStateException("The scene of the test could not be closed.", failures.removeFirst());
            failures.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}
