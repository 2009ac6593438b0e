package eider.model;

import static org.assertj.core.api.Assertions.assertThat;

import eider.core.Engine;
import eider.sync.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/sql.md}, {@link Canonical} and the tables of the database tell the same. */
class SqlDocumentTest {
    private static final Pattern HEADING = Pattern.compile("^## `(\\w+)`$");
    private static final Pattern COLUMN = Pattern.compile("^\\| `(\\w+)` \\| `([^`]+)` \\| (.+) \\| (.+) \\|$");

    @TempDir
    Path home;

    private static Map<String, Map<String, String>> documented() throws Exception {
        Map<String, Map<String, String>> tables = new LinkedHashMap<>();
        Map<String, String> table = null;
        for (String line : Files.readAllLines(Path.of("../../docs/sql.md"))) {
            Matcher heading = HEADING.matcher(line);
            Matcher column = COLUMN.matcher(line);
            if (heading.matches()) {
                table = new LinkedHashMap<>();
                tables.put(heading.group(1), table);
            } else if (column.matches()) {
                table.put(column.group(1), column.group(2));
            }
        }
        return tables;
    }

    @Test
    void theDocumentTellsTheTablesAsTheyAre() throws Exception {
        Map<String, Map<String, String>> documented = documented();
        try (Engine engine = Engine.inMemory(home)) {
            assertThat(documented.keySet()).containsExactlyElementsOf(Shop.rows(engine,
                    "select table_name from duckdb_tables() where schema_name = 'main' and not temporary order by table_oid"));
            for (Map.Entry<String, Map<String, String>> table : documented.entrySet()) {
                List<String> columns = new ArrayList<>();
                table.getValue().forEach((name, type) -> columns.add(name + "|" + type));
                columns.add("_row|BIGINT");
                assertThat(Shop.rows(engine, "select column_name, data_type from duckdb_columns() where schema_name = 'main' and table_name = '" + table.getKey()
                        + "' order by column_index")).isEqualTo(columns);
            }
        }
    }

    @Test
    void modelsMayFillTheColumnsThatTheDocumentNames() throws Exception {
        Map<String, Map<String, String>> documented = documented();
        assertThat(documented.keySet()).containsExactlyElementsOf(List.of(Canonical.values()).stream().map(Canonical::table).toList());
        for (Canonical canonical : Canonical.values()) {
            Map<String, String> columns = new LinkedHashMap<>(documented.get(canonical.table()));
            assertThat(columns.remove("load")).isEqualTo("BIGINT");
            columns.replaceAll((name, type) -> type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"));
            assertThat(canonical.columns()).isEqualTo(columns);
        }
    }

    @Test
    void theExamplesOfTheDocumentRun() throws Exception {
        String document = Files.readString(Path.of("../../docs/sql.md"));
        String examples = document.substring(document.indexOf("```sql") + 6, document.lastIndexOf("```"));
        try (Engine engine = Engine.inMemory(home)) {
            eider.connector.Dataset sales = new eider.connector.Dataset("sales", "Lines.", Shop.LINES.fields(), List.of());
            engine.syncs().register("inbox", new eider.sync.Scripted(List.of(sales), List.of(), (request, sink) -> {
                sink.part("a.csv", "1");
                sink.upsert(1L, "Lamp");
                sink.checkpoint(eider.sync.Scripted.after(1));
            }));
            engine.syncs().sync("inbox", false, eider.engine.Progress.NONE);
            for (String example : examples.split(";")) {
                if (!example.isBlank()) {
                    assertThat(Shop.rows(engine, example)).isEmpty();
                }
            }
        }
    }
}
