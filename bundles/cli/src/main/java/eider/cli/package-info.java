/**
 * The commands that a person types after {@code eider}. {@link eider.cli.Cli} is the OSGi service that runs a command line, inside the server or in
 * a process of its own; each command is a small class that asks the engine's services and prints. Read {@code Cli} first, then any command,
 * for instance {@code LoadsCommand}.
 *
 * <p>Three things hold everywhere. The engine's services are looked up only by the command that needs them, because looking them up opens the store,
 * and {@code --help} must not. Every list is written by {@link eider.cli.Listing} or {@link eider.cli.RowWriter}, so that {@code --format json}
 * means the same for all. Whatever reaches a terminal goes through {@link eider.cli.Text#plain}, so that data cannot steer it.
 */
package eider.cli;
