package eider.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/store.cfg}: the live database. */
@ObjectClassDefinition(id = "store", name = "Store", description = "The live database.")
public @interface StoreConfig {

    @AttributeDefinition(name = "Memory limit", description = "How much memory the live database may use, such as 768MB or 4GB. More makes large queries faster; takes effect at"
            + " the next start.")
    String memory_limit() default "768MB";

    @AttributeDefinition(name = "Keep resolved days", description = "For how many days rows that have left quarantine, and the results of rules, are kept for looking up; 0 keeps them"
            + " for good. Rows that are in quarantine, and rows that somebody mended, are always kept.")
    int keep_resolved_days() default 365;
}
