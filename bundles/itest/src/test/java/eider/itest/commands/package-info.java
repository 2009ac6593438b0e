/**
 * The commands of the assembled distribution, run by its script in processes of their own as a person or a cron job would. Read
 * {@link eider.itest.commands.Installation} first: it runs a command in a home, or starts a server there. A start costs seconds of processor time, so
 * the tests of a class share one server.
 */
package eider.itest.commands;
