package eider.sync;

import eider.connector.SourceException;
import eider.quality.Durations;
import eider.store.Contract;
import eider.store.Handling;
import eider.store.Mode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file {@code config/dataset~<connection>__<dataset>.cfg}, read when it arrives: what it says, or what is wrong with it. */
@Component(service = DatasetOptions.class, configurationPid = DatasetOptions.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DatasetConfig.class, factory = true)
public final class DatasetOptions {
    static final String PID = "dataset";
    static final Set<String> KEYS = Set.of("mode", "contract", "largest_removal", "largest_change", "complete_every", "compare_every", "rules");
    /** How often a dataset is compared with its source where nobody says otherwise. */
    static final Duration DAILY = Duration.ofDays(1);
    private static final String COMPARE_EVERY = "compare_every";
    private static final Logger log = LoggerFactory.getLogger(DatasetOptions.class);

    private final String name;
    private volatile State state;

    /** The handling is null where there is a fault. */
    private record State(Handling handling, Duration compareEvery, String fault) {}

    @Activate
    public DatasetOptions(Map<String, Object> properties) {
        name = new FileOptions(PID, properties, KEYS).name();
        modified(properties);
    }

    /** The component stays what it is while its file is edited: a load that begins meanwhile finds the old options or the new ones, and never none. */
    @Modified
    void modified(Map<String, Object> properties) {
        FileOptions options = new FileOptions(PID, properties, KEYS);
        try {
            state = new State(read(options), compareEvery(options), null);
            log.info("{} counts for the loads that begin from now on", options.file());
        } catch (FileOptions.Wrong e) {
            state = new State(null, null, e.getMessage());
            log.error("{}; until that is mended, loads of it fail", e.getMessage());
        }
    }

    /** {@code <connection>__<dataset>}. */
    String name() {
        return name;
    }

    /** @throws SourceException if the file is wrong */
    Handling handling() throws SourceException {
        State now = state;
        if (now.fault != null) {
            throw new SourceException(SourceException.Kind.CONFIG, now.fault);
        }
        return now.handling;
    }

    /** How often it is compared with its source; null: never. So too while the file is wrong, since nothing is loaded then. */
    Duration compareEvery() {
        return state.compareEvery;
    }

    static Handling read(FileOptions options) throws FileOptions.Wrong {
        options.nothingElse();
        if (options.name().indexOf("__") < 1) {
            throw options.wrong("", "it is named after a connection and a dataset with two underscores between them: call it " + PID + "~shop__orders.cfg");
        }
        return new Handling(options.choice("mode", Mode.class, Handling.DEFAULT.mode()), options.choice("contract", Contract.class, Handling.DEFAULT.contract()),
                options.percent("largest_removal", Handling.DEFAULT.largestRemoval()),
                options.percent("largest_change", Handling.DEFAULT.largestChange()), span(options, "complete_every", null), options.rules());
    }

    /** How often, as the file says; null: never. */
    static Duration compareEvery(FileOptions options) throws FileOptions.Wrong {
        return options.text(COMPARE_EVERY).equals("never") ? null : span(options, COMPARE_EVERY, DAILY);
    }

    private static Duration span(FileOptions options, String option, Duration otherwise) throws FileOptions.Wrong {
        String text = options.text(option);
        try {
            return text.isEmpty() ? otherwise : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw options.wrong(option, e.getMessage() + (option.equals(COMPARE_EVERY) ? ", or the word never" : ""));
        }
    }
}
