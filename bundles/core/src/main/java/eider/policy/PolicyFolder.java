package eider.policy;

import eider.engine.OptionCheck;
import eider.engine.Server;
import eider.people.Permission;
import eider.people.Policies;
import eider.people.Viewer;
import eider.store.Sql;
import eider.store.Store;
import eider.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies of all roles: those that are shipped, in whose place a file {@code config/policies/<role>.cfg} stands. The folder is looked at for each question, and read
 * again when any of its files is another one: what is written there holds for the next query.
 */
@Component(service = {Policies.class, PolicyFolder.class, OptionCheck.class}, configurationPid = "business")
public final class PolicyFolder implements Policies, OptionCheck {
    private static final Logger log = LoggerFactory.getLogger(PolicyFolder.class);
    private static final List<String> SHIPPED = List.of("manager", "user");
    private static final String SHOWN = "config/policies/";
    private static final String ENDING = ".cfg";
    private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_-]{0,39}");
    private static final Pattern ATTRIBUTE = Pattern.compile("\\$([A-Za-z_][A-Za-z0-9_]*)");
    private static final long LARGEST = 1 << 20;
    private static final String BUSINESS = "business";
    private static final String ZONE = "time_zone";

    private final Path folder;
    private final Store store;
    private final InstantSource clock;
    private volatile ZoneId zone;

    // Guarded by this.
    private List<Stamp> stamps = List.of();
    private Map<String, Policy> policies = Map.of();

    /** What tells that a file is another one. */
    private record Stamp(Path file, long modified, long size) {}

    @Activate
    public PolicyFolder(@Reference Server server, @Reference Store store, Map<String, Object> options) {
        this(server.home(), store, InstantSource.system(), zone(options));
    }

    /**
     * @param store whose tables the rules are about; opened by {@link #faults} alone
     * @param zone in which a business day begins; null: nobody knows, and rules that ask for the day let no row through
     */
    public PolicyFolder(Path home, Store store, InstantSource clock, ZoneId zone) {
        this.folder = home.resolve("config").resolve("policies");
        this.store = store;
        this.clock = clock;
        this.zone = zone;
    }

    @Modified
    void modified(Map<String, Object> options) {
        zone = zone(options);
    }

    private static ZoneId zone(Map<String, Object> options) {
        Object named = options.get(ZONE);
        if (named == null || named.toString().isBlank()) {
            return ZoneId.systemDefault();
        }
        try {
            return ZoneId.of(named.toString().strip());
        } catch (DateTimeException e) {
            log.error("config/business.cfg: option 'time_zone': {}", notAZone(named.toString()), e);
            return null;
        }
    }

    private static String notAZone(String text) {
        return "'" + text + "' is no time zone: write it as Europe/Berlin or UTC";
    }

    @Override
    public List<Problem> check(String pid, String name, Map<String, String> options) {
        String named = options.getOrDefault(ZONE, "");
        if (!pid.equals(BUSINESS) || named.isEmpty() || named.contains("$[")) {
            return List.of();
        }
        try {
            ZoneId.of(named);
            return List.of();
        } catch (DateTimeException e) {
            log.debug("no zone", e);
            return List.of(new Problem(ZONE, notAZone(named)));
        }
    }

    /** What a viewer sees now. */
    public Sight sight(Viewer viewer) {
        ZoneId where = zone;
        return new Sight(viewer, policies().get(viewer.role()), where == null ? null : LocalDate.ofInstant(clock.instant(), where));
    }

    @Override
    public List<String> roles() {
        List<String> roles = new ArrayList<>(List.of(Viewer.ADMIN));
        roles.addAll(SHIPPED);
        policies().keySet().stream().filter(role -> !SHIPPED.contains(role)).sorted().forEach(roles::add);
        return roles;
    }

    @Override
    public Set<Permission> permissions(Viewer viewer) {
        if (viewer.isOperator() || viewer.isAdmin()) {
            return Collections.unmodifiableSet(EnumSet.allOf(Permission.class));
        }
        Policy policy = policies().get(viewer.role());
        return policy == null ? Set.of() : policy.permissions();
    }

    @Override
    public List<String> attributes() {
        Set<String> names = new TreeSet<>();
        for (Policy policy : policies().values()) {
            for (Policy.Rule rule : policy.rules().values()) {
                Matcher attribute = ATTRIBUTE.matcher(rule.condition() == null ? "" : rule.condition());
                while (attribute.find()) {
                    names.add(attribute.group(1));
                }
            }
        }
        names.removeAll(Set.of("today", "username"));
        return List.copyOf(names);
    }

    @Override
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Policy policy : policies().values()) {
            policy.faults().forEach(fault -> faults.add(fault + "."));
            for (Policy.Rule rule : policy.rules().values()) {
                String fault = fault(policy, rule);
                if (fault != null) {
                    faults.add(policy.shown() + " line " + rule.line() + ": " + fault + ".");
                }
            }
        }
        return faults;
    }

    /** Why the rule does not fit its table; null if it does, or the table is not there yet. */
    private String fault(Policy policy, Policy.Rule rule) {
        Map<String, String> any = new TreeMap<>();
        attributes().forEach(name -> any.put(name, "1"));
        Sight sight = new Sight(new Viewer("anybody", policy.role(), any), policy, LocalDate.EPOCH);
        try {
            return store.read(sql -> {
                try {
                    String select = sight.made(sql, rule);
                    if (select != null) {
                        sql.prepare(select).close();
                        sql.done();
                    }
                    return null;
                } catch (Sight.Wrong wrong) {
                    return wrong.getMessage();
                } catch (SQLException wrong) {
                    return Sql.sentence(wrong);
                }
            });
        } catch (StoreException e) {
            log.debug("the rules cannot be compared with their tables", e);
            return "it cannot be compared with its table, because " + e.getMessage();
        }
    }

    private synchronized Map<String, Policy> policies() {
        List<Stamp> now;
        try {
            now = stamps();
        } catch (IOException e) {
            log.error("{} cannot be read; nobody but admins sees anything", SHOWN, e);
            return Map.of();
        }
        if (policies.isEmpty() || !now.equals(stamps)) {
            Map<String, Policy> read = new TreeMap<>();
            SHIPPED.forEach(role -> read.put(role, shipped(role)));
            now.forEach(stamp -> read(stamp.file, read));
            read.values().forEach(policy -> policy.faults().forEach(fault -> log.error("{}; the role {} sees nothing until this is right", fault, policy.role())));
            policies = Collections.unmodifiableMap(read);
            stamps = now;
        }
        return policies;
    }

    private List<Stamp> stamps() throws IOException {
        List<Stamp> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
                if (about.isRegularFile() && !file.getFileName().toString().startsWith(".")) {
                    found.add(new Stamp(file, about.lastModifiedTime().toMillis(), about.size()));
                }
            }
        }
        found.sort((one, other) -> one.file.compareTo(other.file));
        return found;
    }

    private static Policy shipped(String role) {
        try (var in = PolicyFolder.class.getResourceAsStream(role + ENDING)) {
            return Policy.parse(role, "the shipped policy of " + role, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the shipped policy of " + role + " is missing from the bundle", e);
        }
    }

    private static void read(Path file, Map<String, Policy> into) {
        String name = file.getFileName().toString();
        String role = name.substring(0, name.length() - ENDING.length());
        String shown = SHOWN + name;
        if (role.equals(Viewer.ADMIN)) {
            log.error("{} has no effect: admins see everything", shown);
            return;
        }
        if (!ROLE.matcher(role).matches()) {
            log.error("{} makes no role: its name must be of small letters, digits, '_' and '-', and begin with a letter", shown);
            return;
        }
        into.put(role, parse(file, role, shown));
    }

    private static Policy parse(Path file, String role, String shown) {
        try {
            if (Files.size(file) > LARGEST) {
                return Policy.faulty(role, shown, "it is larger than 1 MB, which no policy is");
            }
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
            return Policy.parse(role, shown, text.startsWith("\ufeff") ? text.substring(1) : text);
        } catch (CharacterCodingException e) {
            return Policy.faulty(role, shown, "it is not in UTF-8: save it in that encoding");
        } catch (IOException e) {
            return Policy.faulty(role, shown, "it cannot be read (" + e + ")");
        }
    }
}
