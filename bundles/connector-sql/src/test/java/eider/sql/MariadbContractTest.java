package eider.sql;

/** The SQL connector keeps the connector contract, in a plain JVM, against a real MariaDB. */
class MariadbContractTest extends SqlContractTest {

    @Override
    Server.Kind kind() {
        return Server.Kind.MARIADB;
    }
}
