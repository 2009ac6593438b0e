package eider.cli;

import eider.engine.EngineException;
import eider.people.People;
import eider.people.People.Change;
import eider.people.Person;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eider people} and {@code eider people set USER}. */
@Reads
@Command(name = "people", sortOptions = false, description = {"List the accounts: who, with which role and attributes, since when, and when last here.",
        "Attributes are what rules ask for, such as sales_user_id, whose sales a person sees."},
        footerHeading = "%nExample:%n", footer = {"  eider people", "  eider people set ann --role manager --attribute sales_user_id=7"})
final class PeopleCommand implements Callable<Integer> {
    private static final Listing<Person> LISTING = new Listing<Person>()
            .text("username", Person::username)
            .text("email", Person::email)
            .text("role", Person::role)
            .brief("active", person -> person.active() ? "yes" : "no")
            .detail("active", Person::active)
            .text("member_since", Person::created)
            .text("last_sign_in", Person::lastSignIn)
            .brief("second_factor", person -> person.secondFactor() ? "yes" : "no")
            .detail("second_factor", Person::secondFactor)
            .brief("attributes", PeopleCommand::attributes)
            .detail("attributes", person -> new TreeMap<>(person.attributes()))
            .detail("must_change_password", Person::mustChange);

    private final Console console;
    private final Engine engine;

    @Mixin
    private FormatOption format;

    PeopleCommand(Console console, Engine engine) {
        this.console = console;
        this.engine = engine;
    }

    @Override
    public Integer call() throws EngineException {
        List<Person> all = engine.people().all();
        if (all.isEmpty() && format.forPeople()) {
            console.say("There is no account yet. Print a link for the first admin: eider setup-link");
        } else {
            LISTING.write(console, format.get(), all);
        }
        return Cli.DONE;
    }

    private static String attributes(Person person) {
        return String.join(", ", new TreeMap<>(person.attributes()).entrySet().stream().map(attribute -> attribute.getKey() + " = " + attribute.getValue()).toList());
    }

    /** @throws EngineException if there is no such account; it names the nearest */
    static Person known(Engine engine, String user) throws EngineException {
        People people = engine.people();
        return people.named(user).orElseThrow(() -> new EngineException("There is no account '" + user + "'."
                + Text.nearest(user, people.all().stream().map(Person::username).toList()) + " See: eider people"));
    }

    /** {@code eider people set USER}. */
    @Changes(value = "person.change", entry = Changes.Entry.BY_PEOPLE)
    @Command(name = "set", sortOptions = false, description = {"Change an account.",
            "It holds from the next page on; who is made inactive has no sessions and no tokens any more. The last active admin stays one."},
            footerHeading = "%nExample:%n", footer = {"  eider people set ann --role manager --attribute sales_user_id=7", "  eider people set bob --inactive"})
    static final class Set implements Callable<Integer> {
        private final Console console;
        private final Engine engine;
        private final Trail trail;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "USER", description = "The user name; 'eider people' lists them.")
        private String user;

        @Option(names = "--role", paramLabel = "ROLE", description = "admin, manager, user, or one of your own in config/policies.")
        private String role;

        @Option(names = "--attribute", paramLabel = "NAME=VALUE", description = "An attribute and its value, as often as you like; nothing behind the = takes it away.")
        private List<String> attributes = List.of();

        @Option(names = "--email", paramLabel = "EMAIL", description = "The address; '' for none.")
        private String email;

        @ArgGroup
        private Activity activity = new Activity();

        @Option(names = "--remove-second-factor", description = "Sign in by password alone again: for who has lost the authenticator and the recovery codes.")
        private boolean removeSecondFactor;

        /** Either of the two, not both. */
        static final class Activity {
            @Option(names = "--active", description = "May sign in.")
            private boolean active;

            @Option(names = "--inactive", description = "May not sign in any more. Nothing is deleted.")
            private boolean inactive;
        }

        Set(Console console, Engine engine, Trail trail) {
            this.console = console;
            this.engine = engine;
            this.trail = trail;
        }

        @Override
        public Integer call() throws EngineException {
            Map<String, String> wanted = wanted();
            boolean change = role != null || email != null || activity.active || activity.inactive || !wanted.isEmpty();
            if (!change && !removeSecondFactor) {
                throw new ParameterException(spec.commandLine(), "Say what shall change, for instance --role.");
            }
            Person person = known(engine, user);
            if (change) {
                Boolean active = activity.active ? Boolean.TRUE : activity.inactive ? Boolean.FALSE : null;
                person = engine.people().change(person.id(), new Change(email, role, wanted.isEmpty() ? null : merged(person, wanted), active), trail.by());
            }
            if (removeSecondFactor) {
                engine.signIns().removeSecondFactor(person.id(), null, trail.by());
            }
            List<String> now = new ArrayList<>(List.of("role " + person.role(), person.active() ? "active" : "not active, signed out everywhere"));
            if (!person.email().isEmpty()) {
                now.add(person.email());
            }
            if (!person.attributes().isEmpty()) {
                now.add(attributes(person));
            }
            if (removeSecondFactor) {
                now.add("no second factor");
            }
            console.say(person.username() + ": " + String.join(", ", now));
            return Cli.DONE;
        }

        private Map<String, String> wanted() {
            Map<String, String> wanted = new LinkedHashMap<>();
            for (String attribute : attributes) {
                int equals = attribute.indexOf('=');
                if (equals < 1) {
                    throw new ParameterException(spec.commandLine(), "'" + attribute + "' is not of the form NAME=VALUE.");
                }
                wanted.put(attribute.substring(0, equals).strip(), attribute.substring(equals + 1).strip());
            }
            return wanted;
        }

        private static Map<String, String> merged(Person person, Map<String, String> wanted) {
            Map<String, String> merged = new LinkedHashMap<>(person.attributes());
            merged.putAll(wanted);
            merged.values().removeIf(String::isEmpty);
            return merged;
        }
    }
}
