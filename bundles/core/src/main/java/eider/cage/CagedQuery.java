package eider.cage;

import eider.engine.Rows.Column;
import eider.store.Cells;
import eider.store.Sql;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * What runs in the other process: reads one {@link Wire.Task}, opens a DuckDB in memory whose tables are the files it names and which reaches no other, runs the statement,
 * sends the rows, ends. It knows nothing of the home, has no environment and no argument.
 */
public final class CagedQuery {
    private static final int BUFFER = 1 << 16;
    /** The words in which DuckDB says so, by where it happens: its own limit, the system's, a vector that is none of both. */
    private static final Pattern WANTED_MORE = Pattern.compile("Out of Memory Error|Allocation failure|bad allocation|max_temp_directory_size");

    private CagedQuery() {}

    public static void main(String[] none) throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER));
        try {
            Wire.Task task = Wire.task(new DataInputStream(new BufferedInputStream(System.in)));
            endWithParent();
            run(task, out);
            out.writeByte(Wire.END);
        } catch (SQLException e) {
            if (WANTED_MORE.matcher(String.valueOf(e.getMessage())).find()) {
                out.writeByte(Wire.TOO_MUCH);
            } else {
                fail(out, Sql.sentence(e));
            }
        } catch (OutOfMemoryError e) {
            out.writeByte(Wire.TOO_MUCH);
        } catch (IOException e) {
            fail(out, String.valueOf(e.getMessage()));
        }
        out.flush();
    }

    /** Nothing comes after the task: its end means that the server has ended, by force perhaps, and nobody would end this process at its limit. */
    private static void endWithParent() {
        Thread.ofPlatform().daemon().name("parent").start(() -> {
            try {
                System.in.read();
            } catch (IOException gone) {
                // The same: nobody is there.
            } finally {
                Runtime.getRuntime().halt(1);
            }
        });
    }

    private static void fail(DataOutputStream out, String sentence) throws IOException {
        out.writeByte(Wire.FAILED);
        Wire.text(out, sentence);
    }

    private static void run(Wire.Task task, DataOutputStream out) throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("threads", "1");
        properties.setProperty("memory_limit", task.memory());
        properties.setProperty("temp_directory", task.spill());
        properties.setProperty("max_temp_directory_size", task.spillLimit());
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("allow_community_extensions", "false");
        // A self-join of a view with joins lost a filter and counted 2 for 1 (DuckDB 2.0.0.1; see OptimizerTrapTest).
        properties.setProperty("disabled_optimizers", "common_subplan");
        properties.setProperty("jdbc_stream_results", "true");
        try (Sql sql = Sql.alone(properties)) {
            sql.run("SET GLOBAL TimeZone = 'UTC'");
            List<String> files = new ArrayList<>();
            for (Wire.Table table : task.tables()) {
                sql.run("CREATE SCHEMA IF NOT EXISTS " + Sql.name(table.schema()));
                sql.run("CREATE VIEW " + Sql.name(table.schema()) + "." + Sql.name(table.name()) + " AS FROM read_parquet(" + Sql.text(table.file()) + ")");
                files.add(Sql.text(table.file()));
            }
            sql.run("SET allowed_paths = [" + String.join(", ", files) + "]");
            sql.run("SET enable_external_access = false");
            sql.run("SET lock_configuration = true");
            try (PreparedStatement statement = sql.prepare(task.sql()); ResultSet result = statement.executeQuery()) {
                send(result, out);
            } catch (SQLException e) {
                throw sql.reason(e, task.sql());
            }
        }
    }

    private static void send(ResultSet result, DataOutputStream out) throws SQLException, IOException {
        ResultSetMetaData about = result.getMetaData();
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= about.getColumnCount(); i++) {
            columns.add(new Column(about.getColumnLabel(i), about.getColumnTypeName(i)));
        }
        Wire.columns(out, columns);
        // A row goes out as a whole or not at all: one that is too large must not leave half of it before the word that says so.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream row = new DataOutputStream(bytes);
        while (result.next()) {
            bytes.reset();
            for (int i = 1; i <= columns.size(); i++) {
                Wire.value(row, Cells.plain(result.getObject(i)));
            }
            Wire.row(out, bytes);
        }
    }
}
