package eider.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/store.cfg}: the live database. */
@ObjectClassDefinition(id = "store", name = "Store", description = "The live database.")
public @interface StoreConfig {

    @AttributeDefinition(name = "Memory limit", description = "How much memory the live database may use, such as 768MB or 4GB. More makes large queries faster; takes effect at"
            + " the next start.")
    String memory_limit() default "768MB";
}
