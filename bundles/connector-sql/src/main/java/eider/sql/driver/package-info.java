/**
 * Any other database, by a JDBC driver that an operator puts into {@code plugins/drivers/} and describes in {@code config/driver~NAME.cfg}. Read
 * {@link eider.sql.driver.DriverFile} first: what a file says ({@code Description}), how a connection's options get into its address ({@code
 * Address}), where its classes come from ({@code DriverJars}) and how they leave again ({@code DriverLoader}).
 *
 * <p>Which jar is code, which class runs and what an address looks like is said by a file alone. What a form can set are fields, and each of them is
 * held to characters that cannot end the part of an address that it stands in.
 */
package eider.sql.driver;
