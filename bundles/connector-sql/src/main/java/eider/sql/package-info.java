/**
 * A database as a source, read only. Read {@link eider.sql.SqlSource} first: what is in the database ({@code Catalogue}, {@code Table}, {@code
 * Column}), how a table is read ({@code Reading}, with a {@code Crew} for a large one) and counted ({@code Counting}), and where a read goes on
 * ({@code Place}).
 *
 * <p>What one kind of server has of its own is behind {@link eider.sql.Dialect}, each in a package below this one; nothing here knows a driver.
 */
package eider.sql;
