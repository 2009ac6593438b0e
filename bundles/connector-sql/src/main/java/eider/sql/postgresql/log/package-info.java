/**
 * What PostgreSQL's own log tells of tables: logical replication by the driver's API and the server's plugin {@code pgoutput}, whose messages {@code
 * Message} reads. {@code ServerLog} makes and follows the slots.
 */
package eider.sql.postgresql.log;
