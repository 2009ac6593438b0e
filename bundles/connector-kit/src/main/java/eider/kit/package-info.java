/**
 * What connectors share for comfort, copied privately into each of them: two connectors may carry different versions of it.
 * Read {@link eider.kit.Names} to see how a heading becomes a field, {@link eider.kit.Options} for options that hold lists and pairs.
 * A thing comes here when a second connector needs it, not before.
 */
package eider.kit;
