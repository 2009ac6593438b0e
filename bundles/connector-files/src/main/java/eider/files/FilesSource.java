package eider.files;

import eider.connector.Countable;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
import eider.connector.Request;
import eider.connector.Scan;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import eider.files.Finder.Found;
import eider.kit.Options;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files below an allowed folder, as one dataset.
 *
 * <p>The cursor holds the files that were read. A file whose size and time did not change is not looked at; one with the same content is not read
 * again, under whatever name or date; one that was renamed keeps its rows. A file that cannot be read stops nothing: the others are read and
 * committed, then the read ends with a fault that names each bad file and why, and the next read tries it again. Files that vanished keep their
 * rows.
 */
@Component(service = Source.class, configurationPid = "files", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FilesConfig.class, factory = true)
public final class FilesSource implements Source, Countable {
    private static final Logger LOG = LoggerFactory.getLogger(FilesSource.class);
    /** Looks are kept from discovery to reading, and from one sync to the next; this many, so that a folder of any size costs bounded memory. */
    private static final int LOOKS = 2_000;
    private static final int TOLD = 20;

    /** Where the options come from; they are checked when somebody asks what there is, not before. */
    private interface Checked {
        Settings settings() throws SourceException;
    }

    private record Glimpse(Stamp stamp, Look look, SourceException fault) {
    }

    private record News(Found file, String hash) {
    }

    private record Ready(Look look, List<String> names, Scan scan) {
    }

    private final Checked checked;
    private final Map<Path, Glimpse> looks = new ConcurrentHashMap<>();

    /**
     * A connection made by a configuration. The home is the framework's property {@code eider.home}. It is the only constructor with this many
     * parameters: Declarative Services tells constructors apart by nothing else.
     */
    @Activate
    public FilesSource(FilesConfig config, BundleContext bundle) {
        this(settings(config, home(bundle)));
    }

    private FilesSource(Checked checked) {
        this.checked = checked;
    }

    /** A connection made by a program. */
    public static FilesSource in(Path home, FilesConfig config) {
        return new FilesSource(settings(config, home));
    }

    /** A single file, read with nothing said but what its rows are. */
    static FilesSource of(Path file, String dataset) {
        return new FilesSource(() -> Settings.plain(new OneFile(file), dataset));
    }

    private static Checked settings(FilesConfig config, Path home) {
        return () -> Settings.of(config, home);
    }

    private static Path home(BundleContext bundle) {
        String home = bundle.getProperty("eider.home");
        if (home == null) {
            throw new IllegalStateException("the framework property eider.home is not set; it names the folder that holds inbox/ and config/");
        }
        return Path.of(home).toAbsolutePath();
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        Map<String, Field> fields = new LinkedHashMap<>();
        if (settings.canonical() != null) {
            for (Field field : settings.canonical().fields()) {
                fields.put(field.name(), adapted(field, settings));
            }
        }
        SourceException fault = null;
        for (Found file : settings.finder().find()) {
            try {
                Look look = look(file, settings, sniffer);
                List<String> names = Mapping.fields(look.headings(), look.names(), settings);
                Mapping.checkComplete(look.headings(), names, settings);
                for (int i = 0; i < names.size(); i++) {
                    merge(fields, names.get(i), look.headings().get(i), look.types().get(i), settings);
                }
            } catch (SourceException e) {
                if (e.kind() != Kind.DATA) {
                    throw e;
                }
                fault = fault == null ? new SourceException(Kind.DATA, told(file.name(), e), e) : fault;
            }
        }
        if (fields.isEmpty()) {
            if (fault != null) {
                throw fault;
            }
            return List.of();
        }
        for (String key : settings.key()) {
            Field field = fields.get(key);
            if (field == null) {
                throw Options.wrong("key", "'" + key + "' is no field; there are " + String.join(", ", fields.keySet()) + ".");
            }
            fields.put(key, Field.required(key, field.type(), field.description()));
        }
        return List.of(new Dataset(settings.dataset(), settings.canonical() == null ? "Rows of files" : settings.canonical().description(),
                List.copyOf(fields.values()), settings.key()));
    }

    @Override
    public List<Model> models() {
        try {
            Settings settings = checked.settings();
            return settings.canonical() == null ? List.of() : List.of(model(settings));
        } catch (SourceException e) {
            // Faulty options are told by discover, before a model is ever used.
            LOG.debug("no models: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        Seen seen = Seen.of(request.cursor());
        Map<String, String> bad = new TreeMap<>();
        List<News> news = news(seen, settings, sink, bad);
        // A cursor holds every file: written after each one of very many, it would cost more than the files.
        int every = 1 + seen.entries().size() / 500;
        Deque<News> queue = new ArrayDeque<>(news);
        List<News> open = new ArrayList<>();
        Seen committed = seen.copy();
        int done = 0;
        while (!queue.isEmpty()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the reading of files was interrupted");
            }
            News one = queue.remove();
            sink.progress("reading " + one.file.name(), done++, news.size());
            boolean pushing = false;
            try {
                if (!copied(one, seen, settings, sink)) {
                    Ready ready = ready(one.file, request, settings);
                    String part = seen.part(one.file.name(), one.hash, settings.append());
                    pushing = true;
                    push(one, ready, part, request.dataset(), settings, sink);
                    seen.put(one.file.name(), new Seen.Entry(one.file.stamp(), one.hash, settings.reading(), part));
                }
                open.add(one);
            } catch (SourceException e) {
                if (e.kind() != Kind.DATA) {
                    throw e;
                }
                LOG.warn("{}", told(one.file.name(), e));
                bad.put(one.file.name(), told(one.file.name(), e));
                if (pushing) {
                    // The sink forgot what was not committed: those files are pushed again, one by one from here on.
                    queue.addAll(open);
                    open.clear();
                    seen = committed.copy();
                    every = 1;
                }
                continue;
            }
            if (open.size() >= every) {
                sink.checkpoint(seen.cursor());
                committed = seen.copy();
                open.clear();
            }
        }
        if (!open.isEmpty() || news.isEmpty() && !seen.entries().isEmpty() && !seen.cursor().equals(request.cursor())) {
            sink.checkpoint(seen.cursor());
        }
        if (!bad.isEmpty()) {
            throw new SourceException(Kind.DATA, sentence(bad));
        }
    }

    @Override
    public void count(Request request, Counts counts) throws SourceException, InterruptedException {
        Settings settings = checked.settings();
        new Counting(request.dataset(), settings, counts, file -> look(file, settings, request.sniffer())).count(Seen.of(request.cursor()));
    }

    // ---- what there is to read

    /** The files whose content or way of reading is new, after renamed files took over the rows of their old names. */
    private List<News> news(Seen seen, Settings settings, Sink sink, Map<String, String> bad) throws SourceException, InterruptedException {
        List<Found> files = settings.finder().find();
        Map<String, Found> present = new HashMap<>();
        files.forEach(file -> present.put(file.name(), file));
        List<News> news = new ArrayList<>();
        int done = 0;
        for (Found file : files) {
            Seen.Entry known = seen.get(file.name());
            boolean sameReading = known != null && known.reading().equals(settings.reading());
            boolean holds = sameReading && (!known.part().isEmpty() || seen.bringer(known.hash()) != null);
            if (known != null && known.stamp().equals(file.stamp())) {
                if (!holds || known.part().isEmpty() && changedOrGone(seen.bringer(known.hash()), seen, settings)) {
                    news.add(new News(file, known.hash()));
                }
                continue;
            }
            sink.progress("checking " + file.name(), done++, files.size());
            try {
                String hash = hash(file.path());
                if (holds && known.hash().equals(hash)) {
                    seen.put(file.name(), new Seen.Entry(file.stamp(), hash, known.reading(), known.part()));
                } else {
                    news.add(new News(file, hash));
                }
            } catch (IOException e) {
                bad.put(file.name(), told(file.name(), unreadable(e)));
            }
        }
        return settings.append() ? news : moved(news, seen, settings);
    }

    /** A new name with the content of one that is gone, or that holds something else by now, is that file: it takes over its rows and is not read. */
    private List<News> moved(List<News> news, Seen seen, Settings settings) throws SourceException {
        Map<String, Seen.Entry> before = new TreeMap<>(seen.entries());
        List<News> rest = new ArrayList<>();
        Set<String> adopted = new java.util.HashSet<>();
        Map<String, Seen.Entry> adopters = new LinkedHashMap<>();
        for (News one : news) {
            String from = before.entrySet().stream().filter(old -> !old.getKey().equals(one.file.name()) && old.getValue().hash().equals(one.hash)
                    && !old.getValue().part().isEmpty() && old.getValue().reading().equals(settings.reading()) && !adopted.contains(old.getKey()))
                    .map(Map.Entry::getKey).findFirst().orElse(null);
            if (from != null && changedOrGone(from, seen, settings)) {
                adopted.add(from);
                adopters.put(one.file.name(), new Seen.Entry(one.file.stamp(), one.hash, settings.reading(), before.get(from).part()));
                LOG.info("'{}' is what '{}' was: it keeps those rows and is not read again.", one.file.name(), from);
            } else {
                rest.add(one);
            }
        }
        adopted.forEach(seen.entries()::remove);
        adopters.forEach((name, entry) -> {
            Seen.Entry old = before.get(name);
            if (old != null && !old.part().isEmpty() && !adopted.contains(name)) {
                // Its own former rows belong to no file any more, and stay, as those of a vanished file do.
                seen.put(name + "?" + old.hash().substring(0, 12), old);
            }
            seen.put(name, entry);
        });
        return rest;
    }

    private static boolean changedOrGone(String name, Seen seen, Settings settings) throws SourceException {
        if (name == null) {
            return true;
        }
        try {
            return !seen.get(name).stamp().equals(Stamp.of(settings.finder().locate(name)));
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The file '" + name + "' cannot be looked at (" + e.getMessage() + ").", e);
        }
    }

    private static String hash(Path file) throws IOException, InterruptedException {
        MessageDigest digest = Seen.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) >= 0; ) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the reading of files was interrupted");
                }
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static SourceException unreadable(IOException e) {
        return new SourceException(Kind.DATA, switch (e) {
            case NoSuchFileException ignored -> "it vanished before it could be read.";
            case AccessDeniedException ignored -> "Eider may not read it; give its user the right to.";
            default -> "it could not be read from the disk (" + e.getMessage() + ").";
        }, e);
    }

    // ---- reading

    /** Whether another file with the same content brought these rows already: they must not count twice. */
    private static boolean copied(News one, Seen seen, Settings settings, Sink sink) throws SourceException, InterruptedException {
        String name = one.file.name();
        String bringer = null;
        for (Map.Entry<String, Seen.Entry> other : seen.entries().entrySet()) {
            if (!other.getKey().equals(name) && other.getValue().hash().equals(one.hash) && !other.getValue().part().isEmpty()
                    && other.getValue().reading().equals(settings.reading())) {
                bringer = other.getKey();
            }
        }
        if (bringer == null) {
            return false;
        }
        LOG.info("'{}' has the same content as '{}', which was read already: its rows are not counted twice.", name, bringer);
        sink.progress("leaving out " + name + ", which has the same content as " + bringer, 0, 0);
        Seen.Entry known = seen.get(name);
        if (known != null && !known.part().isEmpty() && settings.key().isEmpty() && !settings.append()) {
            sink.part(known.part(), fingerprint(one.hash, settings));
        }
        seen.put(name, new Seen.Entry(one.file.stamp(), one.hash, settings.reading(), ""));
        return true;
    }

    /** Finds out how a file is read, before anything of it is pushed. */
    private Ready ready(Found file, Request request, Settings settings) throws SourceException, InterruptedException {
        Look look = look(file, settings, request.sniffer());
        List<String> names = Mapping.fields(look.headings(), look.names(), settings);
        Mapping.checkComplete(look.headings(), names, settings);
        Scan scan = null;
        switch (look) {
            case Look.Scanned scanned -> {
                List<Scan.Column> columns = new ArrayList<>();
                for (int i = 0; i < names.size(); i++) {
                    Field field = request.dataset().field(names.get(i));
                    String heading = look.headings().get(i);
                    columns.add(new Scan.Column(heading, field != null ? field
                            : Field.of(names.get(i), settings.canonical() == null ? look.types().get(i) : Type.TEXT, description(heading))));
                }
                scan = scanned.into(columns);
            }
            case Look.Sheeted ignored -> {
                for (int i = 0; i < names.size(); i++) {
                    if (request.dataset().field(names.get(i)) == null) {
                        throw new SourceException(Kind.DATA, "its column '" + look.headings().get(i)
                                + "' came after the files were looked at; it is read at the next sync.");
                    }
                }
            }
        }
        if (!unchanged(file)) {
            throw new SourceException(Kind.DATA, "it changed while it was looked at; it is read at the next sync.");
        }
        return new Ready(look, names, scan);
    }

    private static void push(News one, Ready ready, String part, Dataset dataset, Settings settings, Sink sink) throws SourceException,
            InterruptedException {
        sink.part(part, fingerprint(one.hash, settings));
        switch (ready.look) {
            case Look.Scanned ignored -> sink.scan(ready.scan);
            case Look.Sheeted sheeted -> {
                try {
                    sheeted.sheet().push(dataset, ready.names, settings, sink);
                } catch (SourceException e) {
                    // It was sound a moment ago. Half of its rows were pushed and cannot be called back but by ending the read.
                    throw e.kind() == Kind.DATA ? new SourceException(Kind.TEMPORARY, told(one.file.name(), e), e) : e;
                }
                if (!unchanged(one.file)) {
                    throw new SourceException(Kind.TEMPORARY, "'" + one.file.name() + "' changed while it was read; it is read again at the next "
                            + "sync.");
                }
            }
        }
    }

    /** The same content read in another way gives other rows. */
    private static String fingerprint(String hash, Settings settings) {
        return hash + "." + settings.reading();
    }

    private static boolean unchanged(Found file) throws SourceException {
        try {
            return file.stamp().equals(Stamp.of(file.path()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Look look(Found file, Settings settings, Sniffer sniffer) throws SourceException, InterruptedException {
        Glimpse known = looks.get(file.path());
        if (known == null || !known.stamp.equals(file.stamp())) {
            if (looks.size() >= LOOKS) {
                looks.clear();
            }
            try {
                known = new Glimpse(file.stamp(), Look.at(file.path(), settings, sniffer), null);
            } catch (SourceException e) {
                if (e.kind() != Kind.DATA) {
                    throw e;
                }
                known = new Glimpse(file.stamp(), null, e);
            }
            looks.put(file.path(), known);
        }
        if (known.fault != null) {
            throw known.fault;
        }
        return known.look;
    }

    // ---- fields and models

    private static Field adapted(Field field, Settings settings) {
        boolean required = field.required() && !settings.defaults().containsKey(field.name());
        // With a zone the times are wall clocks, and the model makes instants of them; without one they carry their own offset.
        Type type = field.type().equals(Type.INSTANT) && settings.timeZone() != null ? Type.TIMESTAMP : field.type();
        return new Field(field.name(), type, required, field.description());
    }

    private static void merge(Map<String, Field> fields, String name, String heading, Type type, Settings settings) {
        Field known = fields.get(name);
        if (settings.canonical() == null) {
            fields.put(name, known == null ? Field.of(name, type, description(heading))
                    : new Field(name, Types.wider(known.type(), type), known.required(), known.description()));
        } else if (known == null) {
            fields.put(name, Field.of(name, Type.TEXT, description(heading)));
        } else if (name.equals("date") && known.type().equals(Type.DATE) && type.equals(Type.TIMESTAMP)) {
            // Many exports write the time of the sale beside its day; the model keeps the day.
            fields.put(name, new Field(name, Type.TIMESTAMP, known.required(), known.description()));
        }
    }

    private static String description(String heading) {
        return heading.isBlank() ? "A column of the files without a heading." : "The column '" + heading.strip() + "' of the files.";
    }

    private static Model model(Settings settings) {
        Model shipped = Model.read(FilesSource.class, "models/" + settings.dataset() + ".sql");
        List<String> replaced = new ArrayList<>();
        if (settings.canonical() == Canonical.SALES && settings.timeZone() != null) {
            replaced.add("timezone('" + settings.timeZone().getId() + "', occurred_at) AS occurred_at");
        }
        settings.defaults().forEach((field, literal) -> replaced.add("coalesce(" + field + ", " + literal + ") AS " + field));
        if (replaced.isEmpty()) {
            return shipped;
        }
        // The raw rows stay as the file has them; what the options add is added on the way to the canonical table.
        return new Model(shipped.into(), shipped.from(), shipped.sql().replace("FROM input", "FROM (SELECT * REPLACE (" + String.join(", ", replaced)
                + ") FROM input) AS input"));
    }

    // ---- telling

    private static String told(String name, SourceException e) {
        String base = name.substring(name.lastIndexOf('/') + 1);
        return e.getMessage().contains(base) ? e.getMessage() : "'" + name + "' was not read: " + e.getMessage();
    }

    private static String sentence(Map<String, String> bad) {
        List<String> sentences = bad.values().stream().limit(TOLD).toList();
        return (bad.size() == 1 ? "" : bad.size() + " files could not be read; the others were. ") + String.join(" ", sentences)
                + (bad.size() > TOLD ? " And " + (bad.size() - TOLD) + " more, see the log." : "");
    }
}
