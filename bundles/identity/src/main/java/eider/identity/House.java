package eider.identity;

import eider.engine.EngineException;
import eider.engine.Server;
import eider.people.Actor;
import eider.people.Policies;
import eider.people.RefusedException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three services share: the file, the keys, the trail, the options that count now. It opens nothing until one of them is asked something. It
 * has no threads.
 */
@Component(service = House.class, configurationPid = "people")
@Designate(ocd = PeopleConfig.class)
public final class House implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(House.class);
    private static final List<String> ROLES = List.of("admin", "manager", "user");

    private final InstantSource clock;
    private final boolean demo;
    private final Keys keys;
    private final Seal seal;
    private final Trail trail;
    private final Vault vault;
    private final Passwords passwords;
    private final Pauses pauses;
    private final Accounts accounts;
    private final AtomicReference<Policies> policies = new AtomicReference<>();
    private volatile Options options = Options.DEFAULT;
    private volatile boolean ready;

    @Activate
    public House(@Reference Server server, PeopleConfig config) {
        this(server.inMemory() ? null : server.home().resolve("data"), server.demo(), InstantSource.system(), new Passwords());
        modified(config);
    }

    /** @param data the folder of the file and its keys; null for all in memory */
    House(Path data, boolean demo, InstantSource clock, Passwords passwords) {
        this.clock = clock;
        this.demo = demo;
        this.keys = new Keys(data);
        this.seal = new Seal(data);
        this.trail = new Trail(seal, clock);
        this.vault = new Vault(data, clock, trail::begin);
        this.passwords = passwords;
        this.pauses = new Pauses(vault, keys, clock);
        this.accounts = new Accounts(clock);
    }

    @Modified
    void modified(PeopleConfig config) {
        try {
            options = Options.of(config);
        } catch (IllegalArgumentException e) {
            log.error("config/people.cfg: {}; the file does not count until that is mended", e.getMessage());
        }
    }

    void options(Options now) {
        options = now;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void setPolicies(Policies now) {
        policies.set(now);
    }

    void unsetPolicies(Policies gone) {
        policies.compareAndSet(gone, null);
    }

    @Deactivate
    @Override
    public void close() {
        vault.close();
    }

    /** The file, open, its end looked at. */
    Vault vault() throws EngineException {
        if (!ready) {
            makeReady();
        }
        return vault;
    }

    private synchronized void makeReady() throws EngineException {
        if (ready) {
            return;
        }
        vault.open();
        boolean factors = vault.read(sql -> sql.number("SELECT count(*) FROM factor")) > 0;
        keys.open(factors);
        if (!keys.kept()) {
            log.error("data/people.key is missing: nobody who has a second factor can sign in until it is restored or the factor is removed");
        }
        trail.open(vault);
        if (demo && vault.read(sql -> sql.number("SELECT count(*) FROM person")) == 0) {
            addDemoAccounts();
        }
        ready = true;
    }

    /** The three that everybody knows, in a home that holds nothing but made-up rows. */
    private void addDemoAccounts() throws EngineException {
        record Known(String name, String hash) {}
        List<Known> known = new ArrayList<>();
        for (String role : ROLES) {
            String password = role + "123";
            known.add(new Known(role, passwords.hash(password.toCharArray())));
        }
        vault.change(sql -> {
            for (Known one : known) {
                // 1, 2 and 3 are whose sales the demo makes up
                accounts.insert(sql, new Accounts.New(one.name(), one.name() + "@demo.example", one.name(),
                        Map.of("sales_user_id", Integer.toString(ROLES.indexOf(one.name()) + 1)), one.hash(), false, true));
                trail.add(sql, Actor.EIDER, "person.add", "person " + one.name(), "", "role " + one.name() + ", an account of the demo");
            }
        });
    }

    InstantSource clock() {
        return clock;
    }

    boolean demo() {
        return demo;
    }

    Options options() {
        return options;
    }

    Keys keys() {
        return keys;
    }

    Trail trail() {
        return trail;
    }

    Passwords passwords() {
        return passwords;
    }

    Pauses pauses() {
        return pauses;
    }

    Accounts accounts() {
        return accounts;
    }

    /** Those that an account can have at this moment. */
    List<String> roles() {
        Policies now = policies.get();
        return now == null ? ROLES : now.roles();
    }

    void checkRole(String role) throws RefusedException {
        List<String> roles = roles();
        if (role == null || !roles.contains(role)) {
            // What was given is not shown: in a file with its columns in the wrong order it is the password.
            throw new RefusedException("There is no such role: it is one of " + String.join(", ", roles) + ".");
        }
    }

    /** Asks somebody who is signed in for the password once more: as many tries as at the door, and no more. */
    void checkPassword(Accounts.Account account, char[] password, Actor by, String action) throws EngineException {
        String name = account.person().username();
        Pauses.Try made = pauses.begin(name, by.from());
        if (made.refused()) {
            throw new RefusedException("Too many tries: wait " + Span.say(made.pause()) + ".");
        }
        boolean right;
        try {
            right = passwords.matches(password, account.password());
        } catch (EngineException e) {
            vault.change(sql -> pauses.uncount(sql, made));
            throw e;
        }
        if (!right) {
            vault.change(sql -> trail.add(sql, by, action, "person " + name, "", "the password was wrong"));
            throw new RefusedException("The password is wrong.");
        }
        vault.change(sql -> pauses.right(sql, made));
    }

    /** For the methods that say no exception: whoever asks must not go on as if there were nobody. */
    static IllegalStateException unchecked(EngineException e) {
        return new IllegalStateException(e.getMessage(), e);
    }
}
