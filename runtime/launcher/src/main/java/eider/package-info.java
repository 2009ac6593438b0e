/**
 * Starts Eider. {@link eider.Eider} is the way in for a program that carries Eider inside itself, and the way in for
 * {@link eider.Main}, the command line, too. Behind it stands an OSGi framework ({@code Container}) with the bundles of a
 * {@code Distribution}, on a {@code Home} that one process at a time holds ({@code HomeLock}). A host meets nothing of that: only
 * the packages {@code eider.connector} and {@code eider.engine}, and slf4j.
 *
 * <p>{@code ServerLog} and {@code LogLine} write the log file of a server. Nothing but {@code Main} touches them, because the log of a program that
 * embeds Eider is the program's own affair.
 */
package eider;
