/**
 * MySQL and MariaDB: what there is ({@code Relations}), what their codes mean ({@code MysqlFaults}), and a connection that is verified ({@code
 * VerifiedTls}), because the driver's own way takes a certificate that nobody vouches for where the password is thought to be proof enough.
 *
 * <p>Every value comes as the text that the server itself writes and is read here: the driver's own conversions make zero dates vanish and times of
 * more than a day fail. Where the server's text is not all that it holds, an expression asks for more: {@code float} is written with six digits.
 */
package eider.sql.mysql;
