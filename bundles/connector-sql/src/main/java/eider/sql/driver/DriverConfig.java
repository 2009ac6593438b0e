package eider.sql.driver;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The options of a driver. They are here so that {@code eider config check} knows them. There is no form for them and must never be one: whoever
 * sets them chooses which code runs. A form belongs to the PID of a component that is a {@link eider.connector.Source}, and this one is none.
 */
@ObjectClassDefinition(name = "JDBC driver, by file only",
        description = "A driver in plugins/drivers/, for connections of its kind; set by a file in config/ and nowhere else.")
public @interface DriverConfig {

    @AttributeDefinition(name = "jars", description = "The jars of the driver in plugins/drivers/, by name, separated by commas.")
    String jars();

    @AttributeDefinition(name = "class", description = "The class of the driver, as its handbook calls it.")
    String class$();

    @AttributeDefinition(name = "url",
            description = "The address that the driver is given; {host}, {port} and {database} stand for what a connection says.")
    String url();

    @AttributeDefinition(name = "port", required = false, description = "The port where a connection says none.")
    String port() default "";

    @AttributeDefinition(name = "database", required = false,
            options = {@Option(label = "name", value = "name"), @Option(label = "path", value = "path")},
            description = "What may stand for {database}: a name, or a path of several names with slashes between them.")
    String database() default "name";

    @AttributeDefinition(name = "properties", required = false,
            description = "What the driver is told with each connection, as pairs; no secrets, for which a connection has its password.")
    String properties() default "";

    @AttributeDefinition(name = "allowed_properties", required = false,
            description = "The names of properties that a connection may set itself, separated by commas.")
    String allowed__properties() default "";

    @AttributeDefinition(name = "tls", required = false,
            options = {@Option(label = "verify", value = "verify"), @Option(label = "unverified", value = "unverified"),
                @Option(label = "none", value = "none")},
            description = "How far the url and the properties protect a connection: verify checks the server's certificate and name, unverified only "
                    + "encrypts; a connection that asks for more is refused.")
    String tls() default "none";

    @AttributeDefinition(name = "read_only", required = false,
            description = "The statements by which the server is asked to let nothing be written, separated by semicolons, at the beginning of "
                    + "each transaction.")
    String read__only() default "";

    @AttributeDefinition(name = "snapshot", required = false,
            description = "How a table is kept still while it is read: none, read_committed, repeatable_read, serializable, or the number of an "
                    + "isolation of the driver's own.")
    String snapshot() default "none";

    @AttributeDefinition(name = "connect_seconds", required = false, description = "How many seconds a server has to take a connection.")
    String connect__seconds() default "30";

    @AttributeDefinition(name = "fetch_rows", required = false, description = "How many rows the driver is asked to fetch at once.")
    String fetch__rows() default "500";
}
