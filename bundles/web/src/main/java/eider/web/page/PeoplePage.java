package eider.web.page;

import eider.engine.EngineException;
import eider.people.People;
import eider.people.Permission;
import eider.people.Person;
import eider.people.Policies;
import eider.people.RefusedException;
import eider.people.Session;
import eider.web.Engine;
import eider.web.Gate;
import eider.web.door.Door;
import eider.web.door.Form;
import eider.web.door.Limits;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /people}: all accounts. {@code /people/7}: one of them, and what an admin may do to it. {@code /people/new}: makes one. */
@Needs(Permission.PEOPLE)
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/people", "/people/*"})
public final class PeoplePage extends FormPage {
    private static final long serialVersionUID = 1L;
    private static final Pattern ONE = Pattern.compile("/people/([0-9]{1,18})(/[a-z-]+)?");
    private static final String NEW = "/people/new";
    /** How a field for an attribute is called in the form. */
    private static final String ATTRIBUTE = "attribute.";

    private final transient Limits limits;

    @Activate
    public PeoplePage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws EngineException, IOException, NotYet {
        Matcher one = ONE.matcher(request.getRequestURI());
        if (request.getRequestURI().equals("/people")) {
            render(request, response, 200, "people.jte", "people", people().all(), "formats", new Formats(request.getLocale(), null));
        } else if (request.getRequestURI().equals(NEW)) {
            fresh(request, response, 200, new Entered().with("role", "user"));
        } else if (one.matches() && one.group(2) == null) {
            Optional<Person> person = people().person(Long.parseLong(one.group(1)));
            if (person.isPresent()) {
                page(request, response, 200, person.get(), entered(person.get()));
                return;
            }
            missing(request, response);
        } else {
            missing(request, response);
        }
    }

    private List<String> roles() throws NotYet {
        return engine().policies().orElseThrow(NotYet::new).roles();
    }

    private static Entered entered(Person person) {
        Entered entered = new Entered().with("email", person.email()).with("role", person.role());
        person.attributes().forEach((name, value) -> entered.with(ATTRIBUTE + name, value));
        return entered;
    }

    /** Those that rules ask for, and those that the person has beside them. */
    private Set<String> attributes(Person person) {
        Set<String> names = new LinkedHashSet<>(engine().policies().map(Policies::attributes).orElse(List.of()));
        if (person != null) {
            names.addAll(new TreeMap<>(person.attributes()).keySet());
        }
        return names;
    }

    private void page(HttpServletRequest request, HttpServletResponse response, int status, Person person, Entered entered) throws IOException, NotYet {
        String note = request.getParameter("done") == null ? "" : switch (request.getParameter("done")) {
            case "changed" -> "The change holds from the next click on.";
            case "ended" -> "All sessions of this person have ended.";
            case "factor" -> "Signing in asks this person for the password alone now.";
            case "added" -> "The account is made. The person is asked for a new password at the first sign-in.";
            default -> "";
        };
        render(request, response, status, "person.jte", "person", person, "entered", entered, "roles", roles(), "attributes", List.copyOf(attributes(person)),
                "sessions", signIns().sessions(person.id()), "note", note, "formats", new Formats(request.getLocale(), null));
    }

    private void fresh(HttpServletRequest request, HttpServletResponse response, int status, Entered entered) throws IOException, NotYet {
        render(request, response, status, "new-person.jte", "entered", entered, "roles", roles(), "attributes", List.copyOf(attributes(null)), "rule", people().passwordRule());
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        if (request.getRequestURI().equals(NEW)) {
            add(request, response, form);
            return;
        }
        Matcher one = ONE.matcher(request.getRequestURI());
        Optional<Person> found = one.matches() ? people().person(Long.parseLong(one.group(1))) : Optional.empty();
        if (found.isEmpty()) {
            missing(request, response);
            return;
        }
        Person person = found.get();
        Visitor visitor = Visitor.of(request);
        String own = "/people/" + person.id();
        switch (one.group(2) == null ? "" : one.group(2)) {
            case "" -> change(request, response, form, person);
            case "/end-sessions" -> {
                for (Session session : signIns().sessions(person.id())) {
                    signIns().end(person.id(), session.id(), visitor.actor());
                }
                Door.see(response, own + "?done=ended");
            }
            case "/remove-second-factor" -> {
                signIns().removeSecondFactor(person.id(), null, visitor.actor());
                Door.see(response, own + "?done=factor");
            }
            case "/reset-link" -> {
                String secret = people().resetLink(person.username(), visitor.actor());
                render(request, response, 200, "shown.jte", "title", "A link to a new password for " + person.username(), "sentence",
                        "Give it to this person by a way that you trust. It lasts 30 minutes, works once, and is never shown again; the old password holds until then.",
                        "lines", List.of(door().site().origin(request) + "/reset?key=" + secret), "back", own);
            }
            default -> missing(request, response);
        }
    }

    private static Map<String, String> given(Form form) {
        Map<String, String> attributes = new TreeMap<>();
        for (String field : form.names()) {
            if (field.startsWith(ATTRIBUTE) && !form.text(field).isEmpty()) {
                attributes.put(field.substring(ATTRIBUTE.length()), form.text(field));
            }
        }
        return attributes;
    }

    private Entered entered(Form form) throws NotYet {
        Entered entered = Entered.from(form, form.names().stream().filter(name -> !name.equals(Form.TOKEN) && !name.equals("password")).toArray(String[]::new));
        if (!roles().contains(form.text("role"))) {
            entered.wrong("role", "There is no such role.");
        }
        return entered;
    }

    private void change(HttpServletRequest request, HttpServletResponse response, Form form, Person person) throws EngineException, IOException, NotYet {
        Entered entered = entered(form);
        if (entered.isRight()) {
            // The form shows every attribute there is: one that was emptied is taken away.
            People.Change change = new People.Change(form.text("email"), form.text("role"), given(form), form.has("active"));
            try {
                people().change(person.id(), change, Visitor.of(request).actor());
                Door.see(response, "/people/" + person.id() + "?done=changed");
                return;
            } catch (RefusedException e) {
                entered.refused(e.getMessage(), Map.of("mail", "email", "role", "role"));
            }
        }
        page(request, response, 422, person, entered);
    }

    private void add(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        Entered entered = entered(form);
        if (form.text("username").isEmpty()) {
            entered.wrong("username", "Choose a user name.");
        }
        if (form.secret("password").length == 0) {
            entered.wrong("password", "Choose a first password, which the person changes at once.");
        }
        if (entered.isRight()) {
            try {
                Person added = limits.hashing(() -> people().add(form.text("username"), form.text("email"), form.text("role"), given(form), form.secret("password"),
                        Visitor.of(request).actor()));
                Door.see(response, "/people/" + added.id() + "?done=added");
                return;
            } catch (RefusedException e) {
                entered.refused(e.getMessage(), FIELDS);
            }
        }
        fresh(request, response, 422, entered);
    }
}
