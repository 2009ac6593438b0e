/**
 * How {@code ./eider …} at a terminal runs inside the server that lives already: {@link eider.web.command.CommandFile} lets only the
 * owner of the home in, {@link eider.web.command.CommandChannel} runs the command and streams what it prints.
 */
package eider.web.command;
