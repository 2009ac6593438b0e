package eider.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to today's schema: forward only, one version after the other, each in a transaction, behind a copy of the file. A database that
 * a newer Eider wrote is refused. A home of each released version is kept in the tests.
 */
final class Migrations {
    private static final Logger log = LoggerFactory.getLogger(Migrations.class);

    /** One step; its place in the list, counted from 1, is the version it leads to. */
    record Migration(String what, List<String> statements) {}

    static final List<Migration> ALL = List.of(new Migration("the first schema", Schema.FIRST), new Migration("datasets remember their key", Schema.DATASETS),
            new Migration("columns, checks, mended rows and versions", Schema.TRUST), new Migration("loads can be taken back", Schema.TAKING_BACK));

    private Migrations() {}

    /** Creates or migrates the database file. Nobody else has it open. */
    static void run(Path database, InstantSource clock) throws SQLException, IOException, StoreException {
        if (database != null) {
            run(database, clock, ALL);
        }
    }

    static void run(Path database, InstantSource clock, List<Migration> migrations) throws SQLException, IOException, StoreException {
        boolean fresh = !Files.exists(database);
        Files.createDirectories(database.getParent());
        long found = fresh ? 0 : version(database);
        if (found > migrations.size()) {
            throw new StoreException(database + " has schema version " + found + ", this Eider knows up to " + migrations.size()
                    + ": start the newer Eider that wrote it, or restore a backup from before");
        }
        if (found == migrations.size()) {
            return;
        }
        if (!fresh) {
            // The file is closed here: copying a live one in the same JVM would release its lock.
            Path copy = database.resolveSibling(database.getFileName() + ".version" + found);
            Files.copy(database, copy, StandardCopyOption.REPLACE_EXISTING);
            log.info("{} is brought from schema version {} to {}; a copy from before is kept as {}", database, found, migrations.size(), copy.getFileName());
        }
        try (Sql sql = new Sql(plain(database))) {
            migrate(sql, clock, migrations, (int) found);
            sql.run("CHECKPOINT");
        }
    }

    static void create(Sql sql, InstantSource clock) throws SQLException {
        migrate(sql, clock, ALL, 0);
    }

    private static void migrate(Sql sql, InstantSource clock, List<Migration> migrations, int found) throws SQLException {
        for (int version = found + 1; version <= migrations.size(); version++) {
            Migration migration = migrations.get(version - 1);
            sql.run("BEGIN TRANSACTION");
            for (String statement : migration.statements()) {
                sql.run(statement);
            }
            sql.run("INSERT INTO ledger.schema_versions VALUES (?, ?, ?)", version, migration.what(), Ledger.time(clock.instant()));
            sql.run("COMMIT");
        }
    }

    private static long version(Path database) throws SQLException, StoreException {
        try (Sql sql = new Sql(plain(database))) {
            if (sql.number("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'ledger' AND table_name = 'schema_versions'") == 0) {
                if (sql.number("SELECT count(*) FROM duckdb_tables()") > 0) {
                    throw new StoreException(database + " is a database of somebody else: move it away, or choose another --home");
                }
                return 0;
            }
            long version = sql.number("SELECT max(version) FROM ledger.schema_versions");
            sql.run("CHECKPOINT");
            return version;
        }
    }

    private static DuckDBConnection plain(Path database) throws SQLException {
        return Store.connect(database.toString(), "512MB", database.resolveSibling("spill"));
    }
}
