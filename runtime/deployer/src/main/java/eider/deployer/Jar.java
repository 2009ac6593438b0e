package eider.deployer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.apache.felix.utils.manifest.Clause;
import org.apache.felix.utils.manifest.Parser;
import org.apache.felix.utils.resource.ResourceBuilder;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.resource.Resource;

/**
 * A sound bundle: a private copy of a dropped file's bytes, so that what was checked is what is installed, whatever happens to the file.
 *
 * @param copy where these bytes lie, named after their SHA-256
 * @param sha256 in hex
 * @param name the symbolic name
 * @param version the bundle version
 * @param resource what it needs and what it offers
 */
record Jar(Path copy, String sha256, String name, Version version, Resource resource) {
    /** The packages of the two contracts. A second copy of them would make classes that look alike and never fit. */
    private static final Set<String> CONTRACTS = Set.of("eider.connector", "eider.engine");

    /** Whether the file's end is there, where a zip has its directory: the cheap sign that somebody finished writing it. */
    static boolean complete(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.size() > 0;
        } catch (ZipException e) {
            return false;
        }
    }

    /** Why a file that is not {@link #complete} is none. */
    static Refusal broken(Path file) throws IOException {
        byte[] start = new byte[2];
        int read;
        try (InputStream in = Files.newInputStream(file)) {
            read = in.readNBytes(start, 0, 2);
        }
        if (read == 0) {
            return new Refusal("is empty; copy it again");
        }
        if (!Arrays.equals(start, new byte[] {'P', 'K'})) {
            return new Refusal("is not a jar: it does not begin like one");
        }
        return new Refusal("is cut off: the directory at the end of the jar is missing; copy it again");
    }

    /** In hex. */
    static String sha256(Path file) throws IOException {
        MessageDigest digest = sha256Digest();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Files.copy(file, out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Copies the file into {@code folder} and checks every byte of the copy. */
    static Jar copied(Path file, Path folder) throws IOException, Refusal {
        MessageDigest digest = sha256Digest();
        Path incoming = folder.resolve("incoming.tmp");
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(incoming), digest)) {
            Files.copy(file, out);
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        checkEveryEntry(incoming);
        Path copy = folder.resolve(sha256 + ".jar");
        Files.move(incoming, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return known(copy, sha256);
    }

    /** Reads a copy that was made and checked before. */
    static Jar known(Path copy, String sha256) throws IOException, Refusal {
        try (JarFile jar = new JarFile(copy.toFile(), false)) {
            Map<String, String> headers = headers(jar);
            String name = headers.getOrDefault(Constants.BUNDLE_SYMBOLICNAME, "").split(";")[0].trim();
            if (name.isEmpty()) {
                throw new Refusal("is a plain jar and no OSGi bundle: its manifest has no Bundle-SymbolicName; build it with bnd");
            }
            if (!name.matches("[A-Za-z0-9_.-]+")) {
                throw new Refusal("has the Bundle-SymbolicName " + Words.plain(name) + ", which is not a legal one");
            }
            Version version = version(headers);
            try {
                refuseWhatNoPluginMayBe(jar, headers);
                return new Jar(copy, sha256, name, version, ResourceBuilder.build(copy.toUri().toString(), headers));
            } catch (Refusal refusal) {
                throw refusal.of(name, version.toString());
            } catch (BundleException | IllegalArgumentException e) {
                throw new Refusal("has a manifest that cannot be understood: " + Words.plain(String.valueOf(e.getMessage())), e)
                    .of(name, version.toString());
            }
        }
    }

    private static Map<String, String> headers(JarFile jar) throws IOException, Refusal {
        Manifest manifest = jar.getManifest();
        if (manifest == null) {
            throw new Refusal("is a plain jar and no OSGi bundle: it has no manifest; build it with bnd");
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        manifest.getMainAttributes().forEach((key, value) -> headers.put(key.toString(), value.toString()));
        return headers;
    }

    private static Version version(Map<String, String> headers) throws Refusal {
        String text = headers.getOrDefault(Constants.BUNDLE_VERSION, "0");
        try {
            return Version.parseVersion(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal("has the Bundle-Version " + Words.plain(text) + ", which is not one: write it like 1.2.3", e);
        }
    }

    private static void refuseWhatNoPluginMayBe(JarFile jar, Map<String, String> headers) throws Refusal {
        if (headers.containsKey(Constants.FRAGMENT_HOST)) {
            throw new Refusal("is a fragment, a part of the bundle " + Words.plain(headers.get(Constants.FRAGMENT_HOST).split(";")[0])
                + "; a plugin must stand on its own");
        }
        List<Clause> imports = new ArrayList<>(clauses(headers, Constants.IMPORT_PACKAGE));
        imports.addAll(clauses(headers, Constants.DYNAMICIMPORT_PACKAGE));
        for (Clause imported : imports) {
            if (duckdb(imported.getName())) {
                throw new Refusal("reaches for the database itself (it imports " + imported.getName()
                    + "); only Eider's core may, a connector pushes its rows into a Sink");
            }
        }
        for (ZipEntry entry : Collections.list(jar.entries())) {
            String name = entry.getName();
            if (name.startsWith("org/duckdb/") || name.endsWith(".jar") && name.contains("duckdb_jdbc")) {
                throw new Refusal("carries a copy of DuckDB (" + Words.plain(name)
                    + "), which could break the locks of the live database; leave it out of the jar");
            }
            int slash = name.lastIndexOf('/');
            if (name.endsWith(".class") && slash > 0 && CONTRACTS.contains(name.substring(0, slash).replace('/', '.'))) {
                throw new Refusal("carries its own copy of " + name.substring(0, slash).replace('/', '.')
                    + ", which Eider itself offers; import the package and leave it out of the jar");
            }
        }
    }

    private static List<Clause> clauses(Map<String, String> headers, String header) {
        String value = headers.get(header);
        return value == null ? List.of() : List.of(Parser.parseHeader(value));
    }

    private static boolean duckdb(String pack) {
        return pack.equals("org.duckdb") || pack.startsWith("org.duckdb.");
    }

    private static void checkEveryEntry(Path copy) throws IOException, Refusal {
        byte[] buffer = new byte[1 << 16];
        try (ZipFile zip = new ZipFile(copy.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
                    while (in.read(buffer) >= 0) {
                        // only the sum is of interest
                    }
                    if (!entry.isDirectory() && entry.getCrc() != -1 && in.getChecksum().getValue() != entry.getCrc()) {
                        throw new Refusal("is damaged: " + Words.plain(entry.getName()) + " inside it is not what was packed; copy it again");
                    }
                } catch (IOException e) {
                    throw new Refusal("is damaged: " + Words.plain(entry.getName()) + " inside it cannot be read; copy it again", e);
                }
            }
        } catch (ZipException e) {
            throw new Refusal("is damaged: " + Words.plain(String.valueOf(e.getMessage())) + "; copy it again", e);
        }
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
