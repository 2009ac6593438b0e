package eider.sql;

/** The SQL connector keeps the connector contract, in a plain JVM, against a real MySQL. */
class MysqlContractTest extends SqlContractTest {

    @Override
    Server.Kind kind() {
        return Server.Kind.MYSQL;
    }
}
