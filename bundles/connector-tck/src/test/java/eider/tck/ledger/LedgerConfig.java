package eider.tck.ledger;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The options of a ledger. */
@ObjectClassDefinition(name = "Ledger", description = "A text file in which each line is a change.")
public @interface LedgerConfig {

    @AttributeDefinition(name = "file", description = "The ledger, an absolute path.")
    String file();

    @AttributeDefinition(name = "api_key", type = AttributeType.PASSWORD, description = "The key that opens it.")
    String api__key();

    @AttributeDefinition(name = "page", required = false, description = "Lines between two checkpoints.")
    int page() default 100;

    @AttributeDefinition(name = "spelling", required = false, description = "Whether names are kept as they are or made small.",
            options = {@Option(label = "as they are", value = "kept"), @Option(label = "small", value = "small")})
    String spelling() default "kept";
}
