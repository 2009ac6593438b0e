package eider.sync;

import eider.connector.SourceException;
import eider.model.Canonical;
import eider.quality.Check;
import eider.quality.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file {@code config/table~<table>.cfg}, read when it arrives: what it says, or what is wrong with it. */
@Component(service = TableOptions.class, configurationPid = TableOptions.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TableConfig.class, factory = true)
public final class TableOptions {
    static final String PID = "table";
    static final Set<String> KEYS = Set.of("rules");
    private static final Logger log = LoggerFactory.getLogger(TableOptions.class);

    private final String name;
    private volatile State state;

    /** One of the two is null. */
    private record State(List<Rule> rules, String fault) {}

    @Activate
    public TableOptions(Map<String, Object> properties) {
        name = new FileOptions(PID, properties, KEYS).name();
        modified(properties);
    }

    /** See {@link DatasetOptions#modified}. */
    @Modified
    void modified(Map<String, Object> properties) {
        FileOptions options = new FileOptions(PID, properties, KEYS);
        try {
            state = new State(read(options), null);
            log.info("{} counts for the loads that begin from now on", options.file());
        } catch (FileOptions.Wrong e) {
            state = new State(null, e.getMessage());
            log.error("{}; until that is mended, loads into it fail", e.getMessage());
        }
    }

    /** The canonical table. */
    String name() {
        return name;
    }

    /** @throws SourceException if the file is wrong */
    List<Rule> rules() throws SourceException {
        State now = state;
        if (now.fault != null) {
            throw new SourceException(SourceException.Kind.CONFIG, now.fault);
        }
        return now.rules;
    }

    static List<Rule> read(FileOptions options) throws FileOptions.Wrong {
        options.nothingElse();
        Canonical table = Canonical.of(options.name()).orElse(null);
        if (table == null) {
            throw options.wrong("", "there is no canonical table '" + options.name() + "': there are "
                    + String.join(", ", Arrays.stream(Canonical.values()).map(Canonical::table).toList()) + "; rules for a dataset stand in "
                    + DatasetOptions.PID + "~<connection>__<dataset>.cfg");
        }
        List<Rule> rules = options.rules();
        for (Rule rule : rules) {
            for (String column : rule.columns()) {
                if (!table.columns().containsKey(column)) {
                    throw options.wrong("rules", "rule '" + rule + "': " + table.table() + " has no column " + column + "; it has " + String.join(", ", table.columns().keySet()));
                }
            }
            if (rule.check() instanceof Check.RowCount) {
                throw options.wrong("rules", "rule '" + rule + "': how many rows come is told for each dataset, in " + DatasetOptions.PID + "~<connection>__<dataset>.cfg");
            }
        }
        return rules;
    }
}
