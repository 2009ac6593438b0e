package eider.sql;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The options of a SQL connection. A double underscore in a method's name stands for the single one of the option's name. */
@ObjectClassDefinition(name = "SQL database", description = "Tables, views and queries of a database, read only.")
public @interface SqlConfig {

    @AttributeDefinition(name = "kind", required = false, description = "The kind of the server: postgresql, mysql for MySQL and MariaDB, or the name of "
            + "a driver that config/driver~NAME.cfg describes.")
    String kind() default "postgresql";

    @AttributeDefinition(name = "host", description = "The server's name or address.")
    String host();

    @AttributeDefinition(name = "port", required = false, description = "The port at which the server answers; empty means the usual one of its kind.")
    String port() default "";

    @AttributeDefinition(name = "database", description = "The name of the database.")
    String database();

    @AttributeDefinition(name = "user", description = "The user that reads; it needs the right to SELECT and no other.")
    String user();

    @AttributeDefinition(name = "password", required = false, type = AttributeType.PASSWORD,
            description = "The password of the user, best as $[env:NAME], which stands for a variable of the environment.")
    String password() default "";

    @AttributeDefinition(name = "schema", required = false,
            description = "The schema whose tables and views are read; empty means public, or with MySQL the database itself.")
    String schema() default "";

    @AttributeDefinition(name = "tables", required = false,
            description = "Which tables and views are read, by name or pattern, separated by commas; * stands for any characters, and a ! in "
                    + "front leaves out.")
    String tables() default "*";

    @AttributeDefinition(name = "queries", required = false,
            description = "Queries whose answers are datasets too, by name: each is a SELECT in a file of that name, with .sql behind it, in the "
                    + "folder config/queries of the home.")
    String queries() default "";

    @AttributeDefinition(name = "cursor", required = false,
            description = "The column that grows with each change of a row, as pairs such as orders=updated_at, *_log=id; a table that is not "
                    + "named here is read completely each time.")
    String cursor() default "";

    @AttributeDefinition(name = "keys", required = false,
            description = "The columns that identify a row, as pairs such as order_view=id, lines=order_id+line, for views and tables without a "
                    + "primary key.")
    String keys() default "";

    @AttributeDefinition(name = "decimals", required = false,
            description = "Digits in all and behind the point of numeric columns that do not say so themselves, as pairs such as "
                    + "orders.amount=18.4 or *.price=18.4; they are text otherwise.")
    String decimals() default "";

    @AttributeDefinition(name = "booleans", required = false,
            description = "MySQL and MariaDB: columns of type tinyint(1) that say yes or no, as patterns such as orders.paid, *.is_*; they are "
                    + "numbers otherwise.")
    String booleans() default "";

    @AttributeDefinition(name = "zero_dates", required = false,
            options = {@Option(label = "quarantine", value = "quarantine"), @Option(label = "empty", value = "empty")},
            description = "MySQL and MariaDB: what becomes of days such as 0000-00-00: quarantine keeps their rows aside with the reason, empty "
                    + "loads the rows without them and writes into the log how many there were.")
    String zero__dates() default "quarantine";

    @AttributeDefinition(name = "look_back", required = false,
            description = "How far before the last value of a cursor column that is a time the next read begins, such as 10m, 2h or 1d, for "
                    + "transactions that commit late.")
    String look__back() default "10m";

    @AttributeDefinition(name = "look_back_numbers", required = false,
            description = "How far before the last value of a cursor column that is a number the next read begins, for transactions that "
                    + "commit late.")
    String look__back__numbers() default "1000";

    @AttributeDefinition(name = "log", required = false,
            description = "PostgreSQL: tables whose changes are taken from the server's own log, deletions with them, by name or pattern, separated "
                    + "by commas; it needs a publication and the right to replicate.")
    String log() default "";

    @AttributeDefinition(name = "publication", required = false,
            description = "The publication that holds those tables; the database's owner makes it by CREATE PUBLICATION.")
    String publication() default "eider";

    @AttributeDefinition(name = "slot", required = false,
            description = "How the names of the slots begin by which the server keeps its log for those tables, one for each; two Eiders that read "
                    + "one database need different ones.")
    String slot() default "eider";

    @AttributeDefinition(name = "connections", required = false,
            description = "How many connections read a large table at once, all in one snapshot, where everything is read.")
    String connections() default "2";

    @AttributeDefinition(name = "tls", required = false,
            options = {@Option(label = "verify", value = "verify"), @Option(label = "unverified", value = "unverified"),
                @Option(label = "none", value = "none")},
            description = "How the connection is protected: verify encrypts and checks the server's certificate and name, unverified only "
                    + "encrypts, none sends everything in the clear.")
    String tls() default "verify";

    @AttributeDefinition(name = "certificate_authority", required = false,
            description = "A file in the folder config of the home with the certificates (PEM) that the server's one must come from; empty "
                    + "means those that Java trusts.")
    String certificate__authority() default "";

    @AttributeDefinition(name = "properties", required = false,
            description = "Further properties of the driver, as pairs; allowed are, with PostgreSQL, ApplicationName, connectTimeout, "
                    + "prepareThreshold, receiveBufferSize, sendBufferSize and tcpKeepAlive, and with MySQL connectTimeout, tcpKeepAlive, "
                    + "tcpKeepCount, tcpKeepIdle, tcpKeepInterval and useCompression.")
    String properties() default "";
}
