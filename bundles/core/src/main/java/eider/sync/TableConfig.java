package eider.sync;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/table~<table>.cfg}. */
@ObjectClassDefinition(id = "table", name = "Table", description = "What the rows of a canonical table shall be like, whichever connection they come from.")
public @interface TableConfig {

    @AttributeDefinition(name = "rules", required = false,
        description = "What the rows shall be like, one rule after the other with semicolons between them; they take the place of the table's own rules, and empty means none.")
    String rules() default "";
}
