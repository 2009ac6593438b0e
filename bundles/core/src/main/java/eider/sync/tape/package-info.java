/**
 * Syncs that are recorded and replayed. A {@link eider.sync.tape.Recorder} keeps both sides of a sync in one file while it runs: what came from outside, and what the source
 * said to the engine. {@link eider.sync.tape.Outbound} says the latter once more; {@link eider.sync.tape.Player} gives a source of today the former in place of its network.
 * {@link eider.sync.tape.Difference} compares what came of both.
 *
 * <p>Nothing is written that did not pass the {@link eider.sync.tape.Redaction}; nothing of a file is believed that {@link eider.sync.tape.Recording} did not check.
 */
package eider.sync.tape;
