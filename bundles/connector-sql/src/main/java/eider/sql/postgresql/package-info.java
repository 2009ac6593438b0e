/**
 * PostgreSQL: its catalogue ({@code Relations}), its tables in pieces ({@code Pages}), and what its codes mean ({@code PostgresqlFaults}).
 *
 * <p>Every value comes as the text that the server itself writes and is read here: the driver's own conversions turn {@code infinity} into a date of
 * the year 292278994 and years before Christ into others, and round at times.
 */
package eider.sql.postgresql;
