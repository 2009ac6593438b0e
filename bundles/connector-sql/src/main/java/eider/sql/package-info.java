/**
 * A PostgreSQL database as a source, read only. Read {@link eider.sql.SqlSource} first: what is in the database ({@code Catalogue}, {@code Table},
 * {@code Column}), where a read goes on ({@code Place}), and what its faults mean ({@code Faults}).
 *
 * <p>Every value comes as the text that the server itself writes and is read here ({@code Column}): the driver's own conversions turn {@code
 * infinity} into a date of the year 292278994 and years before Christ into others, and round at times.
 */
package eider.sql;
