package eider.cli;

import eider.engine.EngineException;
import eider.engine.Load;
import eider.engine.Plan;
import eider.engine.PlannedLoad;
import eider.engine.PlannedLoad.Metric;
import eider.engine.PlannedLoad.Sample;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code eider plan SOURCE [--approve]}. */
@Changes("plan.approve")
@Command(name = "plan", sortOptions = false,
        description = {"Show what a sync would do, and do nothing of it.",
            "The source is read and everything is tried out: how many rows would come, change and go, some of them, what of the columns is new, and which figures would"
                + " change. With --approve just that is carried out: if the source has changed since, nothing is."},
        footerHeading = "%nExample:%n", footer = {"  eider plan inbox", "  eider plan inbox --approve"})
final class PlanCommand implements Callable<Integer>, Changes.Sometimes {
    /** So many fields of a row are shown to a person. */
    private static final int FIELDS = 8;
    private static final int VALUE = 40;

    private static final Listing<PlannedLoad> LISTING = new Listing<PlannedLoad>()
            .text("dataset", PlannedLoad::dataset)
            .count("before", PlannedLoad::before)
            .count("inserted", PlannedLoad::inserted)
            .count("updated", PlannedLoad::updated)
            .count("removed", PlannedLoad::removed)
            .count("quarantined", PlannedLoad::quarantined)
            .text("failure", PlannedLoad::failure)
            .text("message", PlannedLoad::message)
            .detail("columns", PlannedLoad::columns)
            .detail("warnings", PlannedLoad::warnings)
            .detail("metrics", load -> load.metrics().stream().map(PlanCommand::members).toList())
            .detail("samples", load -> load.samples().stream().map(PlanCommand::members).toList());

    private final Console console;
    private final Engine engine;
    private final Trail trail;

    @Parameters(paramLabel = "SOURCE", description = "Which; 'eider sources' lists them.")
    private String source;

    @Option(names = "--approve", description = "Carry out the plan that was shown last, just as it was shown.")
    private boolean approve;

    @Mixin
    private FormatOption format;

    PlanCommand(Console console, Engine engine, Trail trail) {
        this.console = console;
        this.engine = engine;
        this.trail = trail;
    }

    @Override
    public boolean changes() {
        return approve;
    }

    @Override
    public Integer call() throws EngineException, InterruptedException {
        trail.on("source " + source);
        SyncCommand.known(engine, source);
        try (ProgressBar bar = new ProgressBar(console, System::nanoTime)) {
            if (approve) {
                List<Load> loads = engine.syncs().approve(source, bar);
                bar.close();
                trail.after(loads);
                return new Outcome(console, format).tell(loads);
            }
            Plan plan = engine.syncs().plan(source, bar);
            bar.close();
            return show(plan);
        }
    }

    private int show(Plan plan) {
        int code = plan.loads().stream().allMatch(load -> load.failure().isEmpty()) ? Cli.DONE : Cli.FAILED;
        if (!format.forPeople()) {
            LISTING.write(console, format.get(), plan.loads());
            return code;
        }
        if (plan.loads().isEmpty()) {
            console.say(source + " has nothing to sync.");
            return code;
        }
        for (PlannedLoad load : plan.loads()) {
            show(load);
        }
        if (plan.loads().stream().noneMatch(PlannedLoad::changes)) {
            console.tell("A sync would change nothing.");
        } else if (plan.loads().stream().anyMatch(load -> load.failure().isEmpty() && load.changes())) {
            console.tell("Nothing was changed. Carry out just this: eider plan " + Shell.word(source) + " --approve");
        }
        return code;
    }

    private void show(PlannedLoad load) {
        // What fails was not looked at so far as to know what is here.
        String here = load.before() > 0 ? ", " + Text.count(load.before(), "row") + " now" : load.failure().isEmpty() ? ", nothing here yet" : "";
        console.say(load.dataset() + here);
        if (!load.failure().isEmpty()) {
            console.say("  would fail: " + load.failure());
            console.say("");
            return;
        }
        if (!load.changes()) {
            console.say("  nothing new");
        }
        heading(load, Sample.Kind.INSERTED, load.inserted(), "+", "would come in");
        heading(load, Sample.Kind.UPDATED, load.updated(), "~", "would change");
        heading(load, Sample.Kind.REMOVED, load.removed(), "-", "would go");
        heading(load, Sample.Kind.QUARANTINED, load.quarantined(), "!", load.quarantined() == 1 ? "is bad, and would be kept in quarantine" : "are bad, and would be kept in quarantine");
        if (!load.columns().isEmpty()) {
            console.say("  columns");
            load.columns().forEach(column -> console.say("      " + column));
        }
        if (!load.metrics().isEmpty()) {
            String table = "";
            for (Metric metric : load.metrics()) {
                if (!metric.table().equals(table)) {
                    table = metric.table();
                    console.say("  figures of the table " + table + " that would change");
                }
                console.say("      " + figure(metric));
            }
        }
        if (!load.message().isEmpty()) {
            console.say("  " + load.message());
        }
        for (String warning : load.warnings()) {
            console.say("  Careful: " + warning + ". On a schedule it would wait for your word.");
        }
        console.say("");
    }

    private void heading(PlannedLoad load, Sample.Kind kind, long count, String sign, String what) {
        if (count == 0) {
            return;
        }
        List<Sample> samples = load.samples().stream().filter(sample -> sample.kind() == kind).toList();
        console.say("  " + sign + " " + Text.count(count, "row") + " " + what + (samples.size() < count && !samples.isEmpty() ? ", such as" : ""));
        for (Sample sample : samples) {
            console.say("      " + switch (kind) {
                case INSERTED -> fields(sample.after());
                case REMOVED -> fields(sample.before());
                case UPDATED -> difference(load.key(), sample);
                case QUARANTINED -> sample.note();
            });
        }
    }

    static String fields(Map<String, String> values) {
        List<String> shown = new ArrayList<>();
        values.forEach((name, value) -> {
            if (value != null) {
                shown.add(name + " " + value(value));
            }
        });
        return String.join(", ", shown.subList(0, Math.min(FIELDS, shown.size()))) + (shown.size() > FIELDS ? ", …" : "");
    }

    static String difference(List<String> key, Sample sample) {
        List<String> changes = new ArrayList<>();
        sample.after().forEach((name, now) -> {
            String before = sample.before().get(name);
            if (!Objects.equals(before, now)) {
                changes.add(name + " " + (before == null ? "(empty)" : value(before)) + " → " + (now == null ? "(empty)" : value(now)));
            }
        });
        return String.join(", ", key.stream().map(name -> name + " " + value(Objects.requireNonNullElse(sample.after().get(name), ""))).toList()) + ": " + String.join(", ", changes);
    }

    private static String value(String text) {
        String plain = text.matches("-?[0-9]+\\.[0-9]*0") ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text;
        return Text.cut(plain, VALUE);
    }

    private static String figure(Metric metric) {
        BigDecimal difference = metric.after().subtract(metric.before());
        return metric.name() + ": " + number(metric.before()) + " → " + number(metric.after()) + " (" + (difference.signum() > 0 ? "+" : "") + number(difference)
                + ")";
    }

    private static String number(BigDecimal number) {
        return String.format(Locale.ROOT, "%,." + Math.max(0, number.stripTrailingZeros().scale()) + "f", number);
    }

    private static Map<String, Object> members(Metric metric) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("table", metric.table());
        members.put("name", metric.name());
        members.put("before", metric.before());
        members.put("after", metric.after());
        return members;
    }

    static Map<String, Object> members(Sample sample) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("kind", sample.kind());
        members.put("before", sample.before());
        members.put("after", sample.after());
        members.put("note", sample.note());
        return members;
    }
}
