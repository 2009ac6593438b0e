package eider.core;

import eider.connector.FileOpener;
import eider.engine.Comparisons;
import eider.engine.Loads;
import eider.engine.Origins;
import eider.engine.Queries;
import eider.engine.Recordings;
import eider.engine.Syncs;
import eider.model.OperatorModels;
import eider.policy.PolicyFolder;
import eider.query.QueryService;
import eider.store.Handling;
import eider.store.Store;
import eider.store.ingest.FileSniffer;
import eider.sync.ComparisonService;
import eider.sync.Datasets;
import eider.sync.LoadHistory;
import eider.sync.OriginService;
import eider.sync.RecordingService;
import eider.sync.SyncOptions;
import eider.sync.SyncService;
import eider.sync.SyncSettings;
import eider.sync.Time;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * Store, sync and query in a plain JVM: for the contract tests of connectors and the crash tests, which kill the process. Opens its database at the first use;
 * closing it ends what runs and writes everything to the file.
 */
public final class Engine implements AutoCloseable {
    private final Store store;
    private final LoadHistory loads;
    private final Datasets datasets;
    private final SyncService syncs;
    private final OriginService origins;
    private final ComparisonService comparisons;
    private final QueryService queries;
    private final RecordingService recordings;

    private Engine(Store store, SyncOptions options, Time time) {
        this.store = store;
        this.loads = new LoadHistory(store);
        this.datasets = Datasets.with(OperatorModels.in(home(store)));
        this.syncs = new SyncService(store, loads, datasets, new FileSniffer(store.handover(), store.fileLimits()), "EUR", new SyncSettings(options), time);
        this.origins = new OriginService(store, syncs);
        this.comparisons = new ComparisonService(store, syncs, datasets);
        this.queries = new QueryService(store, new PolicyFolder(home(store), store, store.clock(), ZoneOffset.UTC));
        this.recordings = RecordingService.plain(syncs, store, datasets);
    }

    /** The hand-over folder of a home is its data/handover. */
    private static Path home(Store store) {
        return store.handover().toAbsolutePath().resolve("../..").normalize();
    }

    /** @param home the folder that holds {@code data/}; made if it is not there */
    public static Engine open(Path home) {
        return of(new Store(Store.Settings.in(home, false, "512MB"), InstantSource.system(), step -> {}));
    }

    /** Rows are kept in memory; {@code home} holds only files that pass through. */
    public static Engine inMemory(Path home) {
        return of(new Store(Store.Settings.in(home, true, "512MB"), InstantSource.system(), step -> {}));
    }

    /** A source that fails is not tried again: who tests a connector wants to see its first failure. */
    public static Engine of(Store store) {
        return of(store, SyncOptions.DEFAULT.withoutRetries(), Time.of(store.clock()));
    }

    public static Engine of(Store store, SyncOptions options, Time time) {
        return new Engine(store, options, time);
    }

    /** How datasets and canonical tables are handled: what the file {@code config/<pid>.cfg} would say. Counts for loads that begin afterwards. */
    public void configure(String pid, Map<String, Object> options) {
        datasets.configure(pid, options);
    }

    public Syncs syncs() {
        return syncs;
    }

    /** For connectors that open files: what OSGi does by a service. */
    public void opener(FileOpener opener) {
        syncs.addOpener(opener);
    }

    /** How the rows of a dataset are handled: what OSGi does by a file. */
    public void handle(String connection, String dataset, Handling handling) {
        syncs.handle(connection, dataset, handling);
    }

    public Loads loads() {
        return loads;
    }

    public Origins origins() {
        return origins;
    }

    public Comparisons comparisons() {
        return comparisons;
    }

    public Queries queries() {
        return queries;
    }

    public Recordings recordings() {
        return recordings;
    }

    /** How many bytes the file of a recording may have: what OSGi does by a file. */
    public void largestRecording(long bytes) {
        recordings.largest(bytes);
    }

    @Override
    public void close() throws InterruptedException {
        syncs.stop();
        loads.close();
        queries.close();
        store.close();
    }
}
