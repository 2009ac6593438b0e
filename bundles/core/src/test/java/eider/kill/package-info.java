/**
 * Proof of the exactly-once effect: {@link eider.kill.KillTest} kills a process that syncs, again and again at random moments, and in the end its
 * tables are those of a run that nobody disturbed. {@link eider.kill.Outside} is the system that is synced, {@link eider.kill.Life} one life of the
 * process, {@link eider.kill.Soundness} what must hold whenever it comes back. Nothing here knows how the store does it: only {@code Source},
 * {@code Syncs} and {@code Queries} are used.
 */
package eider.kill;
