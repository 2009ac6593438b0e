package eider.identity;

import eider.engine.OptionCheck;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Tells {@code eider config check} what is wrong in {@code config/people.cfg}. */
@Component
public final class OptionsCheck implements OptionCheck {

    @Activate
    public OptionsCheck() {}

    @Override
    public List<Problem> check(String pid, String name, Map<String, String> options) {
        if (!pid.equals("people")) {
            return List.of();
        }
        try {
            Options.of(new Written(options));
            return List.of();
        } catch (IllegalArgumentException e) {
            int colon = e.getMessage().indexOf(": ");
            return List.of(new Problem(e.getMessage().substring(0, colon), e.getMessage().substring(colon + 2)));
        }
    }

    /** What stands in a file, and the defaults of what does not. */
    @SuppressWarnings("ClassExplicitlyAnnotation")
    private record Written(Map<String, String> options) implements PeopleConfig {
        private String option(String name) {
            String written = options.get(name);
            if (written != null) {
                return written.strip();
            }
            try {
                return PeopleConfig.class.getMethod(name.replace("_", "__")).getDefaultValue().toString();
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String registration() {
            return option("registration");
        }

        @Override
        public String session__idle() {
            return option("session_idle");
        }

        @Override
        public String session__longest() {
            return option("session_longest");
        }

        @Override
        public int password__length() {
            try {
                return Integer.parseInt(option("password_length"));
            } catch (NumberFormatException e) {
                return 0;
            }
        }

        @Override
        public String keep__audit() {
            return option("keep_audit");
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return PeopleConfig.class;
        }
    }
}
