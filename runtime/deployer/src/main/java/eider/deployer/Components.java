package eider.deployer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;

/** Asks the component runtime how the components of a plugin fare. It tells nobody by itself when a constructor throws. Any thread. */
final class Components {
    private final ServiceComponentRuntime runtime;

    Components(ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /** What is wrong now, as a clause without a subject's "it"; empty if nothing is. A component without a configuration yet is not wrong. */
    Optional<String> failure(Bundle bundle) {
        if (bundle.getState() != Bundle.ACTIVE) {
            return Optional.of("its bundle does not run");
        }
        String declared = bundle.getHeaders("").get("Service-Component");
        Collection<ComponentDescriptionDTO> descriptions = runtime.getComponentDescriptionDTOs(bundle);
        if (declared != null && !declared.isBlank() && descriptions.isEmpty()) {
            return Optional.of("none of its components could be read from " + Words.plain(declared));
        }
        List<String> failures = new ArrayList<>();
        for (ComponentDescriptionDTO description : descriptions) {
            for (ComponentConfigurationDTO configuration : runtime.getComponentConfigurationDTOs(description)) {
                if (configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    failures.add("component " + called(configuration) + " could not be made: " + cause(configuration.failure));
                } else if (configuration.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
                    failures.add("component " + called(configuration) + " waits for " + awaited(configuration));
                }
            }
        }
        return failures.isEmpty() ? Optional.empty() : Optional.of(failures.stream().distinct().sorted().collect(Collectors.joining("; ")));
    }

    private static String called(ComponentConfigurationDTO configuration) {
        Object pid = configuration.properties == null ? null : configuration.properties.get("service.pid");
        return Words.plain(configuration.description.name + (pid instanceof String text ? " (configuration " + text + ")" : ""));
    }

    private static String awaited(ComponentConfigurationDTO configuration) {
        return Arrays.stream(configuration.unsatisfiedReferences)
            .map(missing -> Arrays.stream(configuration.description.references).filter(reference -> reference.name.equals(missing.name))
                .map((ReferenceDTO reference) -> "a service " + reference.interfaceName).findFirst().orElse("its reference " + missing.name))
            .map(Words::plain).collect(Collectors.joining(" and "));
    }

    /** The last cause in a printed stack trace: {@code "out of luck (IllegalStateException)"}. */
    static String cause(String trace) {
        if (trace == null || trace.isBlank()) {
            return "for no known reason; the log has more";
        }
        String cause = trace.lines().filter(line -> line.startsWith("Caused by: ")).reduce((first, second) -> second)
            .map(line -> line.substring("Caused by: ".length())).orElseGet(() -> trace.lines().findFirst().orElse(""));
        int colon = cause.indexOf(':');
        String type = colon < 0 ? cause : cause.substring(0, colon);
        String simple = type.substring(type.lastIndexOf('.') + 1).trim();
        return Words.plain(colon < 0 ? simple : cause.substring(colon + 1).trim() + " (" + simple + ")");
    }
}
