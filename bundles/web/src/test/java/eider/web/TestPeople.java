package eider.web;

import eider.people.Actor;
import eider.people.Audit;
import eider.people.People;
import eider.people.Permission;
import eider.people.Person;
import eider.people.Policies;
import eider.people.RefusedException;
import eider.people.Session;
import eider.people.SignIns;
import eider.people.Viewer;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Accounts, sessions, rules and audit trail as their contracts say, kept in memory and with a clock that a test can turn on. Passwords are hashed by one round of SHA-256:
 * what makes them hard to guess is another bundle's affair.
 */
final class TestPeople implements People, SignIns, Policies, Audit {
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final Duration LINK = Duration.ofMinutes(30);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    final List<Entry> trail = new CopyOnWriteArrayList<>();
    final Map<String, Set<Permission>> rights = new HashMap<>(Map.of("manager", Set.of(Permission.EXPORT), "user", Set.of()));
    volatile boolean registration;
    private Duration later = Duration.ZERO;
    private final TreeMap<Long, Account> accounts = new TreeMap<>();
    private final Map<String, Open> sessions = new HashMap<>();
    private final Map<String, Open> tokens = new HashMap<>();
    private final Map<String, Long> tickets = new HashMap<>();
    private final Map<String, Link> resets = new HashMap<>();
    private Link setUp;
    private int failures;

    private static final class Account {
        Person person;
        byte[] salt;
        byte[] password;
        String factor;
        String factorToBe;
        final Set<String> recovery = new HashSet<>();
        final Set<String> used = new HashSet<>();
    }

    private record Link(String secret, long person, Instant ends) {}

    private static final class Open {
        final String id = random(9);
        final long person;
        final String name;
        final Set<Permission> scopes;
        final Instant began;
        final Instant ends;
        final Actor from;
        Instant seen;

        Open(long person, String name, Set<Permission> scopes, Instant began, Instant ends, Actor from) {
            this.person = person;
            this.name = name;
            this.scopes = scopes;
            this.began = began;
            this.seen = began;
            this.ends = ends;
            this.from = from;
        }
    }

    synchronized void turnClock(Duration by) {
        later = later.plus(by);
    }

    private Instant now() {
        return Instant.now().plus(later);
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private static byte[] hash(byte[] salt, char[] password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return digest.digest(new String(password).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String key(String secret) {
        return Base64.getEncoder().encodeToString(hash(new byte[0], secret.toCharArray()));
    }

    private static boolean is(Account account, char[] password) {
        return MessageDigest.isEqual(account.password, hash(account.salt, password));
    }

    private static void set(Account account, char[] password) {
        account.salt = random(9).getBytes(StandardCharsets.UTF_8);
        account.password = hash(account.salt, password);
    }

    private static void check(char[] password) throws RefusedException {
        if (password.length < 10) {
            throw new RefusedException("The password is too short: it must have at least 10 characters.");
        }
    }

    // ---- People ----

    @Override
    public synchronized boolean none() {
        return accounts.isEmpty();
    }

    @Override
    public synchronized List<Person> all() {
        return accounts.values().stream().map(account -> account.person).sorted(Comparator.comparing(Person::username)).toList();
    }

    @Override
    public synchronized Optional<Person> person(long id) {
        return Optional.ofNullable(accounts.get(id)).map(account -> account.person);
    }

    @Override
    public synchronized Optional<Person> named(String username) {
        return account(username).map(account -> account.person);
    }

    private Optional<Account> account(String username) {
        return accounts.values().stream().filter(account -> account.person.username().equalsIgnoreCase(username)).findFirst();
    }

    /** As a test says, without the rules for passwords. */
    synchronized Person has(String username, String role, Map<String, String> attributes, String password) {
        Account account = new Account();
        long id = accounts.isEmpty() ? 1 : accounts.lastKey() + 1;
        account.person = new Person(id, username, username + "@example.com", role, attributes, true, false, false, now(), null);
        set(account, password.toCharArray());
        accounts.put(id, account);
        return account.person;
    }

    @Override
    public synchronized Person change(long id, Change change, Actor by) throws RefusedException {
        Account account = accounts.get(id);
        Person old = account.person;
        Person now = new Person(id, old.username(), change.email() == null ? old.email() : change.email(), change.role() == null ? old.role() : change.role(),
                change.attributes() == null ? old.attributes() : change.attributes(), change.active() == null ? old.active() : change.active(), old.mustChange(),
                old.secondFactor(), old.created(), old.lastSignIn());
        boolean admins = accounts.values().stream().map(one -> one.person.id() == id ? now : one.person).anyMatch(one -> one.active() && one.role().equals(Viewer.ADMIN));
        if (!admins) {
            throw new RefusedException("The last active admin stays one.");
        }
        account.person = now;
        if (!now.active()) {
            sessions.values().removeIf(open -> open.person == id);
            tokens.values().removeIf(open -> open.person == id);
        }
        add(by, "account.change", "person " + old.username(), old.role(), now.role());
        return now;
    }

    private void mustChange(long id, boolean must) {
        Account account = accounts.get(id);
        Person old = account.person;
        account.person = new Person(id, old.username(), old.email(), old.role(), old.attributes(), old.active(), must, account.factor != null, old.created(), old.lastSignIn());
    }

    @Override
    public synchronized Person add(String username, String email, String role, Map<String, String> attributes, char[] password, Actor by) throws RefusedException {
        check(password);
        if (account(username).isPresent()) {
            throw new RefusedException("This user name is taken.");
        }
        Person person = has(username, role, attributes, new String(password));
        mustChange(person.id(), true);
        add(by, "account.add", "person " + username, "", role);
        return person(person.id()).orElseThrow();
    }

    @Override
    public boolean registrationOpen() {
        return registration;
    }

    @Override
    public synchronized Person register(String username, String email, char[] password, Actor by) throws RefusedException {
        Person person = add(username, email, "user", Map.of(), password, by);
        mustChange(person.id(), false);
        return person(person.id()).orElseThrow();
    }

    @Override
    public synchronized void changePassword(long id, char[] current, char[] replacement, String session, Actor by) throws RefusedException {
        Account account = accounts.get(id);
        if (!is(account, current)) {
            throw new RefusedException("The current password is wrong.");
        }
        check(replacement);
        set(account, replacement);
        mustChange(id, false);
        sessions.values().removeIf(open -> open.person == id && !open.id.equals(session));
        add(by, "password.change", "person " + account.person.username(), "", "");
    }

    @Override
    public Imported importFrom(Reader csv, Actor by) {
        throw new AssertionError("no page imports");
    }

    @Override
    public synchronized String setUpLink(Actor by) throws RefusedException {
        if (!none()) {
            throw new RefusedException("There is an account already.");
        }
        setUp = new Link(random(32), 0, now().plus(LINK));
        return setUp.secret();
    }

    @Override
    public synchronized Person setUp(String secret, String username, String email, char[] password, Actor by) throws RefusedException {
        if (!none() || setUp == null || !setUp.secret().equals(secret) || now().isAfter(setUp.ends())) {
            throw new RefusedException("This link does not open anything any more.");
        }
        check(password);
        setUp = null;
        add(by, "set-up", "person " + username, "", Viewer.ADMIN);
        return has(username, Viewer.ADMIN, Map.of(), new String(password));
    }

    @Override
    public synchronized String resetLink(String username, Actor by) throws RefusedException {
        Account account = account(username).orElseThrow(() -> new RefusedException("There is no such account."));
        resets.values().removeIf(link -> link.person() == account.person.id());
        Link link = new Link(random(32), account.person.id(), now().plus(LINK));
        resets.put(link.secret(), link);
        add(by, "password.link", "person " + username, "", "");
        return link.secret();
    }

    @Override
    public synchronized Person reset(String secret, char[] password, Actor by) throws RefusedException {
        Link link = resets.get(secret);
        if (link == null || now().isAfter(link.ends())) {
            throw new RefusedException("This link does not open anything any more.");
        }
        check(password);
        resets.remove(secret);
        set(accounts.get(link.person()), password);
        mustChange(link.person(), false);
        sessions.values().removeIf(open -> open.person == link.person());
        return accounts.get(link.person()).person;
    }

    @Override
    public String passwordRule() {
        return "At least 10 characters.";
    }

    // ---- SignIns ----

    @Override
    public synchronized Outcome signIn(String username, char[] password, Actor from) {
        Optional<Account> account = account(username).filter(known -> known.person.active() && is(known, password));
        if (account.isEmpty()) {
            failures++;
            add(from, "sign-in.refused", "person " + username, "", "");
            return new Outcome.Refused("User name and password do not go together.", Duration.ZERO);
        }
        if (account.get().factor != null) {
            String ticket = random(32);
            tickets.put(ticket, account.get().person.id());
            return new Outcome.CodeWanted(ticket);
        }
        return in(account.get(), from);
    }

    private Outcome in(Account account, Actor from) {
        String secret = random(32);
        Instant now = now();
        Open open = new Open(account.person.id(), null, null, now, now.plus(LONGEST), from);
        sessions.put(key(secret), open);
        add(from, "sign-in", "person " + account.person.username(), "", "");
        return new Outcome.In(session(open), secret);
    }

    private Session session(Open open) {
        return new Session(open.id, accounts.get(open.person).person, open.name, open.scopes, open.began, open.seen, open.ends, open.from.from(), open.from.agent());
    }

    @Override
    public synchronized Outcome code(String ticket, String code, Actor from) {
        Long person = tickets.get(ticket);
        Account account = person == null ? null : accounts.get(person);
        if (account == null || !good(account, code)) {
            return new Outcome.Refused("This code is not right, or too old.", Duration.ZERO);
        }
        tickets.remove(ticket);
        return in(account, from);
    }

    private boolean good(Account account, String code) {
        return account.recovery.remove(code) || isCode(account.factor, code) && account.used.add(code);
    }

    /** The code of before counts too: between showing and typing it there may be the end of its half minute. */
    private boolean isCode(String secret, String code) {
        long step = now().getEpochSecond() / 30;
        return code.equals(codeOf(secret, step)) || code.equals(codeOf(secret, step - 1));
    }

    /** What an authenticator shows now for a secret (RFC 6238). */
    String codeOf(String secret) {
        return codeOf(secret, now().getEpochSecond() / 30);
    }

    private static String codeOf(String secret, long step) {
        try {
            int bits = 0;
            int value = 0;
            ByteBuffer key = ByteBuffer.allocate(secret.length() * 5 / 8);
            for (char letter : secret.toCharArray()) {
                value = value << 5 | BASE_32.indexOf(letter);
                bits += 5;
                if (bits >= 8) {
                    bits -= 8;
                    key.put((byte) (value >> bits));
                }
            }
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key.array(), "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
            int number = ByteBuffer.wrap(hash, hash[19] & 15, 4).getInt() & Integer.MAX_VALUE;
            return String.format(Locale.ROOT, "%06d", number % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized Optional<Session> session(String secret) {
        return used(sessions.get(key(secret)), IDLE);
    }

    @Override
    public synchronized Optional<Session> token(String secret) {
        return secret.startsWith("eider_") ? used(tokens.get(key(secret)), LONGEST.multipliedBy(1000)) : Optional.empty();
    }

    private boolean isOpen(Open open, Duration idle) {
        Instant now = now();
        return open != null && now.isBefore(open.ends) && now.isBefore(open.seen.plus(idle)) && accounts.get(open.person).person.active();
    }

    private Optional<Session> used(Open open, Duration idle) {
        if (!isOpen(open, idle)) {
            return Optional.empty();
        }
        open.seen = now();
        return Optional.of(session(open));
    }

    @Override
    public synchronized void signOut(String secret, Actor by) {
        sessions.remove(key(secret));
        add(by, "sign-out", "", "", "");
    }

    @Override
    public synchronized List<Session> sessions(long person) {
        return sessions.values().stream().filter(open -> open.person == person && isOpen(open, IDLE)).map(this::session)
                .sorted(Comparator.comparing(Session::began).reversed()).toList();
    }

    @Override
    public synchronized void end(long person, String session, Actor by) {
        sessions.values().removeIf(open -> open.person == person && open.id.equals(session));
        add(by, "session.end", session, "", "");
    }

    @Override
    public synchronized List<Token> tokens(long person) {
        return tokens.values().stream().filter(open -> open.person == person && now().isBefore(open.ends))
                .map(open -> new Token(open.id, open.name, open.scopes, open.began, open.ends, null)).toList();
    }

    @Override
    public synchronized NewToken newToken(long person, String name, Set<Permission> scopes, Duration life, Actor by) {
        String secret = "eider_" + random(32);
        Open open = new Open(person, name, Set.copyOf(scopes), now(), now().plus(life), by);
        tokens.put(key(secret), open);
        add(by, "token.add", name, "", scopes.toString());
        return new NewToken(new Token(open.id, name, scopes, open.began, open.ends, null), secret);
    }

    @Override
    public synchronized void endToken(long person, String token, Actor by) {
        tokens.values().removeIf(open -> open.person == person && open.id.equals(token));
    }

    @Override
    public synchronized SecondFactor secondFactor(long person) {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            secret.append(BASE_32.charAt(RANDOM.nextInt(32)));
        }
        Account account = accounts.get(person);
        account.factorToBe = secret.toString();
        return new SecondFactor(account.factorToBe, "otpauth://totp/Eider:" + account.person.username() + "?secret=" + secret + "&issuer=Eider");
    }

    @Override
    public synchronized List<String> confirmSecondFactor(long person, String code, Actor by) throws RefusedException {
        Account account = accounts.get(person);
        if (account.factorToBe == null || !isCode(account.factorToBe, code)) {
            throw new RefusedException("This code is not right: wait for the next one.");
        }
        account.factor = account.factorToBe;
        mustChange(person, account.person.mustChange());
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            codes.add(random(6));
        }
        account.recovery.addAll(codes);
        return codes;
    }

    @Override
    public synchronized void removeSecondFactor(long person, char[] password, Actor by) throws RefusedException {
        Account account = accounts.get(person);
        if (password != null && !is(account, password)) {
            throw new RefusedException("The password is wrong.");
        }
        account.factor = null;
        mustChange(person, account.person.mustChange());
        add(by, "second-factor.remove", "person " + account.person.username(), "", "");
    }

    // ---- Policies ----

    @Override
    public List<String> roles() {
        return List.of("admin", "manager", "user");
    }

    @Override
    public Set<Permission> permissions(Viewer viewer) {
        return viewer.isAdmin() || viewer.isOperator() ? EnumSet.allOf(Permission.class) : rights.getOrDefault(viewer.role(), Set.of());
    }

    @Override
    public List<String> attributes() {
        return List.of("sales_user_id");
    }

    @Override
    public List<String> faults() {
        return List.of();
    }

    // ---- Audit ----

    @Override
    public synchronized void add(Actor by, String action, String object, String before, String after) {
        trail.add(new Entry(trail.size() + 1L, now(), by, action, object, before, after));
    }

    @Override
    public List<Entry> entries(long before, int limit, String sought) {
        return trail.reversed().stream().filter(entry -> entry.number() < before && entry.toString().toLowerCase(Locale.ROOT).contains(sought.toLowerCase(Locale.ROOT)))
                .limit(limit).toList();
    }

    @Override
    public Verified verify() {
        return new Verified(trail.size(), List.of());
    }

    /** How many passwords were tried in vain. */
    synchronized int failures() {
        return failures;
    }

}
