package eider.deployer;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.utils.resource.CapabilitySet;
import org.apache.felix.utils.resource.SimpleFilter;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.BundleNamespace;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Capability;
import org.osgi.resource.Namespace;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;

/** Finds out what a jar needs and this Eider does not have, without installing it, and says it in words. */
final class Needs {
    private static final String API = "eider.connector";
    private static final Pattern AT_LEAST = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");
    private static final Pattern EXACT = Pattern.compile("\\(version=([^)]*)\\)");

    private final FrameworkWiring framework;

    Needs(FrameworkWiring framework) {
        this.framework = framework;
    }

    /** The first thing that is missing, put so that it goes on after "x.jar is refused: it …"; empty if nothing is. */
    Optional<String> missing(Jar jar) {
        return jar.resource().getRequirements(null).stream()
            .filter(Needs::mandatory)
            .filter(need -> !offeredByItself(jar.resource(), need))
            .filter(need -> providers(need, jar.name()).isEmpty())
            // an API that does not fit explains everything else
            .sorted((a, b) -> Boolean.compare(isApi(b), isApi(a)))
            .map(this::words)
            .findFirst();
    }

    private static boolean mandatory(Requirement need) {
        String effective = need.getDirectives().getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE, Namespace.EFFECTIVE_RESOLVE);
        String resolution = need.getDirectives().getOrDefault(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE, Namespace.RESOLUTION_MANDATORY);
        return effective.equals(Namespace.EFFECTIVE_RESOLVE) && resolution.equals(Namespace.RESOLUTION_MANDATORY);
    }

    private static boolean offeredByItself(Resource resource, Requirement need) {
        String filter = filter(need);
        for (Capability capability : resource.getCapabilities(need.getNamespace())) {
            if (filter.isEmpty() || CapabilitySet.matches(capability, SimpleFilter.parse(filter))) {
                return true;
            }
        }
        return false;
    }

    /** Who offers it, leaving out the older version of the same plugin, which would be gone. */
    private Collection<BundleCapability> providers(Requirement need, String name) {
        return framework.findProviders(need).stream().filter(capability -> !capability.getRevision().getSymbolicName().equals(name)).toList();
    }

    private static boolean isApi(Requirement need) {
        return API.equals(named(need));
    }

    private String words(Requirement need) {
        String name = named(need);
        String version = versions(need);
        return switch (need.getNamespace()) {
            case PackageNamespace.PACKAGE_NAMESPACE -> {
                String there = framework.findProviders(new Wish(need.getNamespace(), "(" + need.getNamespace() + "=" + name + ")")).stream()
                    .map(capability -> capability.getAttributes().get(Constants.VERSION_ATTRIBUTE).toString())
                    .distinct().sorted().collect(Collectors.joining(" and "));
                if (name.equals(API)) {
                    yield "was built for connector API " + api(need) + ", this Eider offers " + shortened(there)
                        + "; take a release of the plugin that fits";
                }
                yield "needs the Java package " + name + version + (there.isEmpty()
                    ? ", which nobody here offers; it belongs inside the jar"
                    : ", of which only version " + there + " is here");
            }
            case BundleNamespace.BUNDLE_NAMESPACE -> "needs the bundle " + name + version + ", which is not here";
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE ->
                "needs Java" + version + ", this Eider runs on Java " + Runtime.version().feature();
            default -> "needs a capability of kind " + Words.plain(need.getNamespace()) + (name.isEmpty() ? "" : ", called " + name + version)
                + ", which nobody here offers";
        };
    }

    /** What is asked for by name: the value that the namespace's own attribute must have; empty if it is asked for otherwise. */
    private static String named(Requirement need) {
        Matcher name = Pattern.compile("\\(" + Pattern.quote(need.getNamespace()) + "=([^)]*)\\)").matcher(filter(need));
        return name.find() ? Words.plain(name.group(1)) : "";
    }

    private static String versions(Requirement need) {
        String filter = filter(need);
        Matcher exact = EXACT.matcher(filter);
        if (exact.find()) {
            return " " + shortened(exact.group(1));
        }
        Matcher below = BELOW.matcher(filter);
        Matcher least = AT_LEAST.matcher(below.replaceAll(""));
        String words = least.find() ? " " + shortened(least.group(1)) + " or later" : "";
        below.reset();
        return below.find() ? words + " (below " + shortened(below.group(1)) + ")" : words;
    }

    /** {@code 2.x}, or {@code 1.3} where it is the second number that is too new. */
    private static String api(Requirement need) {
        Matcher least = AT_LEAST.matcher(BELOW.matcher(filter(need)).replaceAll(""));
        Version version = least.find() ? Version.parseVersion(least.group(1)) : Version.emptyVersion;
        return version.getMajor() + "." + (version.getMinor() == 0 ? "x" : Integer.toString(version.getMinor()));
    }

    /** {@code 1.0} for {@code 1.0.0}; what is no version stays as it is. */
    private static String shortened(String version) {
        return Words.plain(version).replaceFirst("^(\\d+\\.\\d+)\\.0$", "$1").replaceFirst("^(\\d+)\\.0$", "$1.0");
    }

    private static String filter(Requirement need) {
        return need.getDirectives().getOrDefault(Namespace.REQUIREMENT_FILTER_DIRECTIVE, "");
    }

    /** A requirement of nobody's. */
    private record Wish(String namespace, String filter) implements Requirement {
        @Override
        public String getNamespace() {
            return namespace;
        }

        @Override
        public Map<String, String> getDirectives() {
            return Map.of(Namespace.REQUIREMENT_FILTER_DIRECTIVE, filter);
        }

        @Override
        public Map<String, Object> getAttributes() {
            return Map.of();
        }

        @Override
        public Resource getResource() {
            return null;
        }
    }
}
