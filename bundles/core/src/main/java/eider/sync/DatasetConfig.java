package eider.sync;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** {@code config/dataset~<connection>__<dataset>.cfg}. All are text, so that a wrong word is told and not taken for a nought. */
@ObjectClassDefinition(id = "dataset", name = "Dataset", description = "How the rows of one dataset of a connection are handled.")
public @interface DatasetConfig {

    @AttributeDefinition(name = "mode", required = false, options = {@Option(label = "merge", value = "merge"), @Option(label = "replace", value = "replace"),
        @Option(label = "append", value = "append"), @Option(label = "history", value = "history")},
        description = "What the rows do to those that are here: merge puts a row in the place of the older one with its key and a changed file in the place of what it held,"
            + " replace reads everything anew and lets go what was not found, append only adds, history keeps every older version with the time that it was valid.")
    String mode() default "merge";

    @AttributeDefinition(name = "contract", required = false, options = {@Option(label = "evolve", value = "evolve"), @Option(label = "freeze", value = "freeze"),
        @Option(label = "quarantine", value = "quarantine")},
        description = "What happens when the columns are not those that are here: evolve adds and widens columns, freeze fails the load before it changes anything,"
            + " quarantine keeps rows aside that need another column or a wider one.")
    String contract() default "evolve";

    @AttributeDefinition(name = "largest_removal", required = false, type = AttributeType.INTEGER, min = "0", max = "100",
        description = "The share of the rows that are here, in percent, up to which rows may go without a person's word; a load that would remove more waits for --approve.")
    String largest__removal() default "50";

    @AttributeDefinition(name = "largest_change", required = false, type = AttributeType.INTEGER, min = "0", max = "100",
        description = "The share of the rows that are here, in percent, up to which rows may go or be replaced by a load that a schedule began; one that would change more, or in which"
            + " a column is gone, waits until its plan is approved. It does not count where fewer than 100 rows are here.")
    String largest__change() default "90";

    @AttributeDefinition(name = "complete_every", required = false,
        description = "How often everything is read anew, such as 12h, 7d or 4w, so that rows go which the source has no more; empty means never.")
    String complete__every() default "";

    @AttributeDefinition(name = "compare_every", required = false,
        description = "How often what is here is compared with what the source counts, if it can count, such as 12h, 7d or 4w, at the end of a sync; the word never means never.")
    String compare__every() default "1d";

    @AttributeDefinition(name = "rules", required = false,
        description = "What the rows shall be like, one rule after the other with semicolons between them, such as total_amount in 0..1000000 -> quarantine; empty means no rules.")
    String rules() default "";
}
