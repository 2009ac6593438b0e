/**
 * Moving data in. {@link eider.sync.SyncService} runs the syncs of the {@link eider.sync.Connections}, one {@link eider.sync.Run} at a time for each: read that first. In
 * its {@link eider.sync.Round} a run asks the source what there is and reads dataset after dataset, each in a {@link eider.sync.Reading} that ends as a load; what the
 * source pushes goes through a {@link eider.sync.LoadSink}, which commits at every checkpoint. When a connector is replaced in the middle of a run, the run waits for the
 * new version and goes on from the last checkpoint.
 *
 * <p>What fails for now is tried again with {@link eider.sync.Patience}; what fails time after time rests by its {@link eider.sync.Breaker}. Each call of a source is a
 * {@link eider.sync.Call}, which tells whether the source lives and can be shut behind one that does not end.
 */
package eider.sync;
