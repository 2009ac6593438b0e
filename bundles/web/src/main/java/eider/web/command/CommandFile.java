package eider.web.command;

import eider.web.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code data/command.properties}: tells the owner of the home, and nobody else, where the server listens ({@code address}), by which
 * {@code token} it runs commands, and its {@code pid}. It is there for as long as the server listens; the token is new at each start.
 * The file is readable by its owner alone from the moment it is created, and comes into place whole.
 */
@Component(service = CommandFile.class, immediate = true)
public final class CommandFile {
    private static final Logger LOG = LoggerFactory.getLogger(CommandFile.class);
    private static final String SCHEME = "Bearer ";

    private final Engine engine;
    private final Path file;
    private final String token;
    private String written;

    @Activate
    public CommandFile(@Reference Engine engine) {
        this.engine = engine;
        this.file = engine.server().home().resolve("data").resolve("command.properties");
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** The runtime is registered once Jetty listens, and then tells the real port; its other properties change with every servlet. */
    @Reference(name = "runtime", updated = "listens", unbind = "-")
    void listens(HttpServiceRuntime runtime, Map<String, Object> properties) {
        // The process knows that all addresses of the machine are loopback too, which Jetty does not tell.
        engine.server().address().map(URI::toString).or(() -> address(properties)).ifPresent(this::write);
    }

    /** Whether this Authorization header carries the token; takes equally long whichever characters are wrong. */
    public boolean opens(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] given = authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(given, token.getBytes(StandardCharsets.UTF_8));
    }

    synchronized void write(String address) {
        if (address.equals(written)) {
            return;
        }
        String content = "address=" + address + "\ntoken=" + token + "\npid=" + ProcessHandle.current().pid() + "\n";
        Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".new");
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(fresh);
            FileAttribute<?>[] ownerOnly = Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
            try (var out = Files.newByteChannel(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
                var bytes = StandardCharsets.UTF_8.encode(content);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = address;
        } catch (IOException e) {
            throw new UncheckedIOException("Commands at the terminal cannot find this server: " + file + " could not be written.", e);
        }
    }

    /** Takes the file away, unless another server has put its own there by now. */
    @Deactivate
    synchronized void close() {
        try {
            if (written != null && Files.exists(file) && Files.readString(file).contains("token=" + token + "\n")) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("{} could not be removed; the next start replaces it", file, e);
        }
    }

    private static Optional<String> address(Map<String, Object> properties) {
        Object endpoints = properties.get("osgi.http.endpoint");
        List<?> all = switch (endpoints) {
            case null -> List.of();
            case Object[] array -> Arrays.asList(array);
            case List<?> list -> list;
            default -> List.of(endpoints);
        };
        // Over loopback where that is served too: the address stands in a file, and goes through no firewall.
        return all.stream().map(Object::toString).filter(endpoint -> endpoint.startsWith("http://"))
                .max(Comparator.comparing(endpoint -> endpoint.startsWith("http://127.0.0.1:")))
                .map(endpoint -> endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint);
    }
}
