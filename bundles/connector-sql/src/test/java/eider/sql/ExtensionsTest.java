package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.Type;
import eider.tck.Binding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What extensions of a PostgreSQL server add: types, and tables whose rows lie elsewhere. */
class ExtensionsTest {
    @TempDir
    Path home;
    private Postgres postgres;
    private String schema;

    @BeforeEach
    void schema() throws Exception {
        postgres = Postgres.running();
        schema = postgres.schema("extensions");
    }

    @AfterEach
    void drop() throws Exception {
        if (schema != null) {
            postgres.execute("DROP EXTENSION IF EXISTS hstore, citext, ltree, file_fdw CASCADE", "DROP SCHEMA " + schema + " CASCADE");
        }
    }

    private SqlSource source(String... more) {
        return SqlSource.in(home, Binding.of(SqlConfig.class, postgres.options(schema, more)));
    }

    @Test
    void theirTypesAreTextAsTheServerWritesIt() throws Exception {
        postgres.execute("CREATE EXTENSION hstore SCHEMA " + schema, "CREATE EXTENSION citext SCHEMA " + schema, "CREATE EXTENSION ltree SCHEMA " + schema);
        Map<String, String[]> columns = new LinkedHashMap<>();
        columns.put(schema + ".hstore", new String[] {"'a=>1, b=>NULL'", "\"a\"=>\"1\", \"b\"=>NULL"});
        columns.put(schema + ".citext", new String[] {"'MiXed'", "MiXed"});
        columns.put(schema + ".ltree", new String[] {"'Top.Science'", "Top.Science"});
        columns.put("cidr", new String[] {"'192.168.0.0/16'", "192.168.0.0/16"});
        columns.put("macaddr", new String[] {"'08:00:2b:01:02:03'", "08:00:2b:01:02:03"});
        columns.put("numrange", new String[] {"'(0.5,)'", "(0.5,)"});
        columns.put("tstzrange", new String[] {"'[2026-01-01 01:00+01,)'", "[\"2026-01-01 00:00:00+00\",)"});
        columns.put("int4multirange", new String[] {"'{[1,2],[5,6]}'", "{[1,3),[5,7)}"});
        columns.put("bit varying(8)", new String[] {"B'0101'", "0101"});
        columns.put("tsvector", new String[] {"'a fat cat'", "'a' 'cat' 'fat'"});
        columns.put("point", new String[] {"'(1,2.5)'", "(1,2.5)"});
        columns.put("name", new String[] {"'pg'", "pg"});
        columns.put("jsonpath", new String[] {"'$.a'", "$.\"a\""});
        StringBuilder table = new StringBuilder("CREATE TABLE " + schema + ".t (id integer PRIMARY KEY");
        StringBuilder row = new StringBuilder("INSERT INTO " + schema + ".t VALUES (1");
        int[] n = {0};
        columns.forEach((type, value) -> {
            table.append(", v").append(++n[0]).append(' ').append(type);
            row.append(", ").append(value[0]);
        });
        postgres.execute(table.append(')').toString(), row.append(')').toString());
        SqlSource source = source();
        Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
        assertThat(kept.dataset().fields().subList(1, n[0] + 1)).allSatisfy(field -> assertThat(field.type()).isEqualTo(Type.TEXT));
        assertThat(kept.rows().getFirst().subList(1, n[0] + 1)).isEqualTo(columns.values().stream().map(value -> (Object) value[1]).toList());
    }

    @Test
    void aForeignTableIsReadWhole() throws Exception {
        Path file = Files.createTempFile("eider-foreign", ".csv");
        try {
            Files.writeString(file, "1,0.25\n2,7.5\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            postgres.execute("CREATE EXTENSION file_fdw", "CREATE SERVER " + schema + "_files FOREIGN DATA WRAPPER file_fdw",
                    "CREATE FOREIGN TABLE " + schema + ".outside (id integer, price numeric(6,2)) SERVER " + schema + "_files OPTIONS (filename '" + file
                    + "', format 'csv')");
            SqlSource source = source("keys", "outside=id");
            Kept kept = new Kept(source.discover(Kept.NO_FILES).getFirst()).read(source);
            assertThat(kept.dataset().description()).startsWith("The foreign table ");
            assertThat(kept.rows()).hasToString("[[1, 0.25], [2, 7.50]]");
        } finally {
            Files.delete(file);
        }
    }
}
