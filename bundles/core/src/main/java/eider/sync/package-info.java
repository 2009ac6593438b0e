/**
 * Moving data in. {@link eider.sync.SyncService} knows the connections and runs one {@link eider.sync.Run} at a time for each; a run asks the source what there is and
 * reads dataset after dataset through a {@link eider.sync.LoadSink}, which commits at every checkpoint. When a connector is replaced in the middle of a run, the run
 * waits for the new version and goes on from the last checkpoint.
 */
package eider.sync;
