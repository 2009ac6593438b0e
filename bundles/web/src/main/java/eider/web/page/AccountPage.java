package eider.web.page;

import eider.engine.EngineException;
import eider.people.Permission;
import eider.people.Person;
import eider.people.RefusedException;
import eider.people.SignIns;
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
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /account}: one's own account, where one is signed in, the second factor, API tokens. What is secret is shown in the answer that made it, and never again. */
@Needs
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/account", "/account/*"})
public final class AccountPage extends FormPage {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_LIFE = 365;
    private static final int LONGEST_NAME = 60;

    private final transient Limits limits;

    @Activate
    public AccountPage(@Reference Gate gate, @Reference Door door, @Reference Engine engine, @Reference Templates templates, @Reference Limits limits) {
        super(door, engine, templates);
        this.limits = limits;
    }

    /**
     * A second factor that is being set up.
     *
     * @param secret to type in
     */
    public record Setting(String secret, String address, Picture picture) {
        static Setting of(SignIns.SecondFactor factor) {
            return new Setting(factor.secret(), factor.address(), Picture.of(factor.address()));
        }
    }

    @Override
    void show(HttpServletRequest request, HttpServletResponse response) throws EngineException, IOException, NotYet {
        if (!request.getRequestURI().equals("/account")) {
            missing(request, response);
            return;
        }
        page(request, response, 200, new Entered(), null);
    }

    private void page(HttpServletRequest request, HttpServletResponse response, int status, Entered entered, Setting setting) throws IOException, NotYet {
        Visitor visitor = Visitor.of(request);
        long person = visitor.session().person().id();
        String note = request.getParameter("done") == null ? "" : switch (request.getParameter("done")) {
            case "password" -> "Your password is changed. All your other sessions have ended.";
            case "ended" -> "The session has ended.";
            case "token" -> "The token does not open anything any more.";
            case "factor" -> "Signing in asks for your password alone now.";
            default -> "";
        };
        Person account = people().person(person).orElseThrow(NotYet::new);
        render(request, response, status, "account.jte", "person", account, "sessions", signIns().sessions(person), "tokens", signIns().tokens(person),
                "scopes", scopes(visitor), "entered", entered, "setting", setting, "note", note, "formats", new Formats(request.getLocale(), null));
    }

    /** What a token of this person can be made to do. */
    private static List<Permission> scopes(Visitor visitor) {
        return visitor.permissions().stream().sorted().toList();
    }

    @Override
    void take(HttpServletRequest request, HttpServletResponse response, Form form) throws EngineException, IOException, NotYet {
        Visitor visitor = Visitor.of(request);
        long person = visitor.session().person().id();
        switch (request.getRequestURI()) {
            case "/account/sessions/end" -> {
                signIns().end(person, form.text("session"), visitor.actor());
                Door.see(response, form.text("session").equals(visitor.session().id()) ? "/sign-in?done=out" : "/account?done=ended");
            }
            case "/account/tokens" -> token(request, response, form, visitor);
            case "/account/tokens/end" -> {
                signIns().endToken(person, form.text("token"), visitor.actor());
                Door.see(response, "/account?done=token");
            }
            case "/account/second-factor" -> page(request, response, 200, new Entered(), Setting.of(signIns().secondFactor(person)));
            case "/account/second-factor/confirm" -> confirm(request, response, form, visitor);
            case "/account/second-factor/remove" -> remove(request, response, form, visitor);
            default -> missing(request, response);
        }
    }

    private void token(HttpServletRequest request, HttpServletResponse response, Form form, Visitor visitor) throws EngineException, IOException, NotYet {
        Entered entered = Entered.from(form, "name", "days");
        String name = entered.value("name");
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            entered.wrong("name", "Give the token a name of 1 to " + LONGEST_NAME + " characters, by which you know it again.");
        }
        String days = entered.value("days");
        if (!days.matches("[0-9]{1,3}") || Integer.parseInt(days) < 1 || Integer.parseInt(days) > LONGEST_LIFE) {
            entered.wrong("days", "A token lasts 1 to " + LONGEST_LIFE + " days.");
        }
        Set<Permission> scopes = EnumSet.noneOf(Permission.class);
        for (String scope : form.all("scope")) {
            scopes(visitor).stream().filter(known -> word(known).equals(scope)).findFirst().ifPresentOrElse(scopes::add,
                    () -> entered.wrong("scope", "You cannot give what you may not do yourself."));
        }
        if (!entered.isRight()) {
            page(request, response, 422, entered, null);
            return;
        }
        SignIns.NewToken made;
        try {
            made = signIns().newToken(visitor.session().person().id(), name, scopes, Duration.ofDays(Integer.parseInt(days)), visitor.actor());
        } catch (RefusedException e) {
            page(request, response, 422, entered.wrong("name", e.getMessage()), null);
            return;
        }
        render(request, response, 200, "shown.jte", "title", "Your new token", "sentence", "Copy it now: it is not kept, and never shown again. Send it as the header"
                + " “Authorization: Bearer …” with each request to /api/v1/.", "lines", List.of(made.secret()), "back", "/account");
    }

    private void confirm(HttpServletRequest request, HttpServletResponse response, Form form, Visitor visitor) throws EngineException, IOException, NotYet {
        String address = form.text("address");
        Duration wait = limits.change(visitor);
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        List<String> codes;
        try {
            codes = limits.hashing(() -> signIns().confirmSecondFactor(visitor.session().person().id(), form.text("code"), visitor.actor()));
        } catch (RefusedException e) {
            boolean sound = address.startsWith("otpauth://totp/") && address.length() <= 500 && form.text("secret").matches("[A-Z2-7= ]{8,120}");
            page(request, response, 422, new Entered().wrong("code", e.getMessage()), sound ? new Setting(form.text("secret"), address, Picture.of(address)) : null);
            return;
        }
        render(request, response, 200, "shown.jte", "title", "Your recovery codes", "sentence", "From now on signing in asks for a code as well. Keep these where you find them"
                + " without your phone: each opens your account once, in place of a code. They are never shown again.", "lines", codes, "back", "/account");
    }

    private void remove(HttpServletRequest request, HttpServletResponse response, Form form, Visitor visitor) throws EngineException, IOException, NotYet {
        Duration wait = limits.change(visitor);
        if (!wait.isZero()) {
            Door.refuseTooMany(request, response, wait);
            return;
        }
        if (form.secret("password").length == 0) {
            page(request, response, 422, new Entered().wrong("password", "Give your password."), null);
            return;
        }
        try {
            limits.hashing(() -> {
                signIns().removeSecondFactor(visitor.session().person().id(), form.secret("password"), visitor.actor());
                return null;
            });
        } catch (RefusedException e) {
            page(request, response, 422, new Entered().wrong("password", e.getMessage()), null);
            return;
        }
        Door.see(response, "/account?done=factor");
    }

    /** How a permission is written in forms. */
    public static String word(Permission permission) {
        return permission.name().toLowerCase(Locale.ROOT);
    }

    private static final Map<Permission, String> TOLD = Map.of(
            Permission.SQL, "write SQL of its own",
            Permission.EXPORT, "take rows away as files",
            Permission.EMBED, "show pages inside another site",
            Permission.ACTIVITY, "see who did what lately",
            Permission.OPERATE, "see connections, loads and lineage, sync and mend",
            Permission.PEOPLE, "see and change accounts",
            Permission.SETTINGS, "change settings",
            Permission.AUDIT, "read the audit trail");

    /** What it allows, in words. */
    public static String told(Permission permission) {
        return TOLD.getOrDefault(permission, word(permission));
    }
}
