package eider.sql;

import static org.assertj.core.api.Assertions.assertThat;

import eider.connector.SourceException;
import eider.tck.Binding;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that only looks like a MySQL: whatever it is asked, it asks for a file of the client's machine, as the protocol's LOCAL INFILE lets it.
 *
 * @see <a href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_local_infile_request.html">the request</a>
 */
@Timeout(60)
class RogueServerTest {
    private static final String SECRET = "the key of the safe";
    @TempDir
    Path home;

    /** Answers one connection after another, and keeps what came that was sent for its request. */
    private final class Rogue implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final ByteArrayOutputStream stolen = new ByteArrayOutputStream();
        private final Path wanted;
        private final boolean patient;
        private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::serve);

        /** @param patient whether it waits for a statement that names a file, as the driver sends none that its statement did not name */
        Rogue(Path wanted, boolean patient) throws IOException {
            this.wanted = wanted;
            this.patient = patient;
            thread.start();
        }

        private void serve() {
            while (!socket.isClosed()) {
                try (Socket client = socket.accept()) {
                    answer(new DataInputStream(client.getInputStream()), client.getOutputStream());
                } catch (IOException e) {
                    // The client went, or the test is over: the next one is waited for.
                    continue;
                }
            }
        }

        private void answer(DataInputStream in, OutputStream out) throws IOException {
            ByteArrayOutputStream hello = new ByteArrayOutputStream();
            hello.write(10);
            hello.writeBytes("8.0.40\0".getBytes(StandardCharsets.US_ASCII));
            hello.writeBytes(new byte[] {1, 0, 0, 0});
            hello.writeBytes("12345678\0".getBytes(StandardCharsets.US_ASCII));
            // LONG_PASSWORD, CONNECT_WITH_DB, LOCAL_FILES, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH
            int capabilities = 1 | 8 | 128 | 512 | 8192 | 32768 | 1 << 19;
            hello.writeBytes(new byte[] {(byte) capabilities, (byte) (capabilities >> 8), 45, 2, 0, (byte) (capabilities >> 16), (byte) (capabilities >> 24), 21});
            hello.writeBytes(new byte[10]);
            hello.writeBytes("123456789012\0".getBytes(StandardCharsets.US_ASCII));
            hello.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
            send(out, 0, hello.toByteArray());
            packet(in);
            send(out, 2, new byte[] {0, 0, 0, 2, 0, 0, 0});
            while (true) {
                byte[] command = packet(in);
                if (command.length == 0 || command[0] != 3) {
                    return;
                }
                if (patient && !new String(command, StandardCharsets.UTF_8).contains("INFILE")) {
                    send(out, 1, new byte[] {0, 0, 0, 2, 0, 0, 0});
                    continue;
                }
                byte[] name = wanted.toString().getBytes(StandardCharsets.UTF_8);
                byte[] request = new byte[name.length + 1];
                request[0] = (byte) 0xfb;
                System.arraycopy(name, 0, request, 1, name.length);
                send(out, 1, request);
                int sequence = 2;
                for (byte[] piece = packet(in); piece.length > 0; piece = packet(in)) {
                    stolen.writeBytes(piece);
                    sequence++;
                }
                send(out, sequence + 1, new byte[] {0, 0, 0, 2, 0, 0, 0});
            }
        }

        private static void send(OutputStream out, int sequence, byte[] payload) throws IOException {
            out.write(new byte[] {(byte) payload.length, (byte) (payload.length >> 8), (byte) (payload.length >> 16), (byte) sequence});
            out.write(payload);
            out.flush();
        }

        private static byte[] packet(DataInputStream in) throws IOException {
            int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
            in.readUnsignedByte();
            return in.readNBytes(length);
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void getsNoFile() throws Exception {
        Path secret = Files.writeString(home.resolve("secret.txt"), SECRET);
        try (Rogue rogue = new Rogue(secret, false)) {
            SqlSource source = SqlSource.in(home, Binding.of(SqlConfig.class, Map.of("kind", "mysql", "host", "127.0.0.1", "port", Integer.toString(rogue.port()),
                    "database", "shop", "user", "eider", "password", "x", "tls", "none")));
            assertThat(Failures.thrown(() -> source.discover(Kept.NO_FILES))).isInstanceOf(SourceException.class);
            assertThat(rogue.stolen.toString(StandardCharsets.UTF_8)).isEmpty();
        }
    }

    /** The wall off: the same driver gives the file away where it is let. */
    @Test
    void wouldGetItFromADriverThatIsLet() throws Exception {
        Path secret = Files.writeString(home.resolve("secret.txt"), SECRET);
        try (Rogue rogue = new Rogue(secret, true)) {
            Properties told = new Properties();
            told.setProperty("user", "eider");
            told.setProperty("password", "x");
            told.setProperty("sslMode", "disable");
            told.setProperty("allowLocalInfile", "true");
            Failures.thrown(() -> {
                try (java.sql.Connection connection = new org.mariadb.jdbc.Driver().connect("jdbc:mariadb://127.0.0.1:" + rogue.port() + "/", told);
                        java.sql.Statement statement = connection.createStatement()) {
                    statement.execute("LOAD DATA LOCAL INFILE '" + secret + "' INTO TABLE t");
                }
            });
            assertThat(rogue.stolen.toString(StandardCharsets.UTF_8)).contains(SECRET);
        }
    }
}
