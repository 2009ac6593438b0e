package eider;

import java.util.Collections;
import java.util.Dictionary;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the value of an environment variable in the place of {@code $[env:NAME]}, or of {@code $[env:NAME;default=TEXT]} where it is set; on the way to the component that is configured,
 * so that no file and no cache ever holds it. A variable that is not set leaves the text as it is, and the log says so.
 */
final class Placeholders implements ConfigurationPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(Placeholders.class);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\[env:([^;\\]]+)(?:;default=([^\\]]*))?\\]");

    private final Map<String, String> environment;

    Placeholders(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void modifyConfiguration(ServiceReference<?> target, Dictionary<String, Object> properties) {
        for (String option : Collections.list(properties.keys())) {
            if (properties.get(option) instanceof String text && text.contains("$[env:")) {
                properties.put(option, PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), found.group(2), found.group(), option, properties))));
            }
        }
    }

    private String value(String variable, String otherwise, String asItIs, String option, Dictionary<String, Object> properties) {
        String value = environment.getOrDefault(variable, otherwise);
        if (value != null) {
            return value;
        }
        LOG.error("The environment variable {} of option {} in {}.cfg is not set. See: eider config check", variable, option, properties.get("service.pid"));
        return asItIs;
    }
}
