package eider;

import eider.engine.EngineException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Has a command run by the server of a home and shows its output as it comes.
 *
 * <p>The answer is a stream of frames: one byte that says what it is (1 output, 2 errors, 3 exit code), four bytes with the length, big end first,
 * and the
 * bytes themselves. When this process ends, the connection breaks, and that cancels the command.
 *
 * @param address of the server
 * @param token the right to run commands there
 */
record CommandClient(URI address, String token) {
    private static final int OUTPUT = 1;
    private static final int ERRORS = 2;
    private static final int EXIT = 3;
    private static final int LONGEST_FRAME = 16 << 20;

    /** The server that wrote this file; empty if there is no such file (yet). */
    static Optional<CommandClient> of(Path commandFile) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(commandFile)) {
            properties.load(in);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        String address = properties.getProperty("address");
        String token = properties.getProperty("token");
        return address == null || token == null ? Optional.empty() : Optional.of(new CommandClient(URI.create(address), token));
    }

    /**
     * @return its exit code
     * @throws ConnectException if nobody listens at the address: nothing was run
     */
    int run(List<String> arguments, Path directory, int width, String account, PrintStream out, PrintStream err) throws IOException, EngineException {
        HttpURLConnection connection = (HttpURLConnection) address.resolve("/api/v1/commands").toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Accept", "application/x-eider-stream");
        connection.setConnectTimeout(5_000);
        connection.setDoOutput(true);
        connection.setUseCaches(false);
        byte[] body = json(arguments, directory, width, account).getBytes(StandardCharsets.UTF_8);
        connection.setFixedLengthStreamingMode(body.length);
        try (OutputStream request = connection.getOutputStream()) {
            request.write(body);
        }
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new EngineException("The server at " + address + " did not take the command (HTTP " + status + "). Its log says why.");
        }
        try (DataInputStream frames = new DataInputStream(connection.getInputStream())) {
            return show(frames, out, err);
        }
    }

    static int show(DataInputStream frames, PrintStream out, PrintStream err) throws IOException, EngineException {
        try {
            while (true) {
                int kind = frames.readUnsignedByte();
                int length = frames.readInt();
                if (length < 0 || length > LONGEST_FRAME) {
                    throw notUnderstood("a frame of " + length + " bytes");
                }
                byte[] payload = frames.readNBytes(length);
                if (payload.length < length) {
                    throw new EOFException();
                }
                switch (kind) {
                    case OUTPUT -> write(out, payload);
                    case ERRORS -> write(err, payload);
                    case EXIT -> {
                        return Integer.parseInt(new String(payload, StandardCharsets.US_ASCII).strip());
                    }
                    default -> throw notUnderstood("a frame of kind " + kind);
                }
            }
        } catch (EOFException e) {
            throw new EngineException("The server went away before the command was done. Look whether it still runs: eider status", e);
        }
    }

    private static EngineException notUnderstood(String what) {
        return new EngineException("The server's answer cannot be understood (" + what + "). Is it of another version?");
    }

    private static void write(PrintStream to, byte[] payload) {
        to.write(payload, 0, payload.length);
        to.flush();
    }

    static String json(List<String> arguments, Path directory, int width, String account) {
        StringBuilder json = new StringBuilder("{\"arguments\":[");
        for (int i = 0; i < arguments.size(); i++) {
            json.append(i == 0 ? "" : ",");
            quote(json, arguments.get(i));
        }
        json.append("],\"directory\":");
        quote(json, directory.toString());
        json.append(",\"width\":").append(width).append(",\"account\":");
        quote(json, account);
        return json.append('}').toString();
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
