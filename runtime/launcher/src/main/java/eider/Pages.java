package eider;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows where the pages are served, and tells it to commands of the same user by a file that only its owner can read: the address, this process's id, and a
 * token that is made anew at each start.
 */
final class Pages implements ServiceListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pages.class);
    /** The HTTP service offers itself under this name; the name alone spares the class path its API. */
    private static final String HTTP = "org.osgi.service.servlet.runtime.HttpServiceRuntime";

    private final Path file;
    private final String token;
    private URI address;
    private boolean closed;

    Pages(Path file, String token) {
        this.file = file;
        this.token = token;
    }

    static String newToken() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    void listen(BundleContext context) throws IOException {
        Files.deleteIfExists(file); // of a process that died; the lock says that none runs
        try {
            context.addServiceListener(this, "(objectClass=" + HTTP + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void serviceChanged(ServiceEvent event) {
        if (closed || event.getType() == ServiceEvent.UNREGISTERING) {
            return;
        }
        Optional<URI> found = loopback(event.getServiceReference());
        if (found.isPresent() && !found.get().equals(address)) {
            try {
                write(found.get());
                address = found.get();
            } catch (IOException e) {
                LOG.error("commands cannot reach this server: {} was not written", file, e);
            }
        }
    }

    private static Optional<URI> loopback(ServiceReference<?> service) {
        Object endpoints = service.getProperty("osgi.http.endpoint");
        List<String> all = switch (endpoints) {
            case null -> List.of();
            case String one -> List.of(one);
            case String[] several -> List.of(several);
            default -> List.of();
        };
        return all.stream().filter(endpoint -> endpoint.startsWith("http://127.0.0.1:") || endpoint.startsWith("http://localhost:"))
            .map(endpoint -> endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint).map(URI::create).findFirst();
    }

    private void write(URI found) throws IOException {
        String text = "address=" + found + "\ntoken=" + token + "\npid=" + ProcessHandle.current().pid() + "\n";
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
        try (var out = Files.newByteChannel(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            out.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    synchronized Optional<URI> address() {
        return Optional.ofNullable(address);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        Files.deleteIfExists(file);
    }
}
