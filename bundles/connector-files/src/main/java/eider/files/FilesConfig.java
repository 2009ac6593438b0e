package eider.files;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The options of a files connection. A double underscore in a method's name stands for the single one of the option's name. */
@ObjectClassDefinition(name = "Files", description = "CSV, TSV, JSON, NDJSON, Parquet and Excel files below an allowed folder.")
public @interface FilesConfig {

    @AttributeDefinition(name = "path", required = false,
            description = "The file, folder or pattern to read, below an allowed root; * stands for any characters of a name and **/ for any "
                    + "folders.")
    String path() default "*";

    @AttributeDefinition(name = "dataset", required = false,
            description = "What the rows are: sales and products feed the canonical tables, any other lower_snake name makes a table of its "
                    + "own.")
    String dataset() default "sales";

    @AttributeDefinition(name = "columns", required = false,
            description = "Which column is which field, as pairs such as Datum=date, Artikel=product_name; a column that is not named here "
                    + "keeps its own name in lower_snake.")
    String columns() default "";

    @AttributeDefinition(name = "key", required = false,
            description = "The fields that identify a row, separated by commas; a row with the same key replaces the older one, and without a "
                    + "key rows belong to the file that they came in.")
    String key() default "";

    @AttributeDefinition(name = "defaults", required = false,
            description = "Values for fields of sales or products that a file leaves empty, as pairs such as region=Europe, quantity=1.")
    String defaults() default "";

    @AttributeDefinition(name = "date_format", required = false,
            description = "How dates are written that are not ISO 8601, such as dd.MM.yyyy or MM/dd/yyyy HH:mm; empty means that it is found "
                    + "out.")
    String date__format() default "";

    @AttributeDefinition(name = "time_zone", required = false,
            description = "The zone of the wall-clock times in occurred_at, such as Europe/Berlin; empty means that each time carries its own "
                    + "offset.")
    String time__zone() default "";

    @AttributeDefinition(name = "encoding", required = false,
            description = "The encoding of text files, such as windows-1252; empty means that it is found out.")
    String encoding() default "";

    @AttributeDefinition(name = "delimiter", required = false,
            description = "What separates the columns of text files, one to four characters or the word tab; empty means that it is found out.")
    String delimiter() default "";

    @AttributeDefinition(name = "decimal", required = false,
            description = "The decimal separator of text files, . or ,; empty means that it is found out.")
    String decimal() default "";

    @AttributeDefinition(name = "header", required = false,
            description = "Whether the first row of a text file holds the names of its columns, yes or no; empty means that it is found out.")
    String header() default "";

    @AttributeDefinition(name = "quote", required = false,
            description = "The sign around the texts of a text file, such as \" or ', or none; empty means that it is found out.")
    String quote() default "";

    @AttributeDefinition(name = "comment", required = false,
            description = "The sign that begins a line of a text file which is no row, such as #, or none; empty means that it is found out.")
    String comment() default "";

    @AttributeDefinition(name = "sheet", required = false,
            description = "The sheet of a workbook, by its name or its number from 1; empty means the first visible one that holds anything.")
    String sheet() default "";

    @AttributeDefinition(name = "short_rows", required = false,
            description = "What happens to a line of a text file that ends early: quarantine keeps it aside, fill loads it with empty cells.")
    String short__rows() default "quarantine";

    @AttributeDefinition(name = "when_changed", required = false,
            description = "What a changed file without a key does: replace puts its rows in place of those it held before, append adds them, "
                    + "for exports that hold only today.")
    String when__changed() default "replace";

    @AttributeDefinition(name = "allowed_roots", required = false,
            description = "The folders below which files may be read, separated by commas, absolute or relative to the home; never config, "
                    + "data, backups, plugins or logs of the home, nor a folder that holds the home.")
    String allowed__roots() default "inbox";
}
