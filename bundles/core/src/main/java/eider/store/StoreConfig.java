package eider.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/store.cfg}: the live database. */
@ObjectClassDefinition(id = "store", name = "Store", description = "The live database.")
public @interface StoreConfig {

    @AttributeDefinition(name = "Memory limit", description = "How much memory the live database may use, such as 768MB or 4GB. More makes large queries faster; takes effect at"
            + " the next start.")
    String memory__limit() default "768MB";

    @AttributeDefinition(name = "Keep resolved days", description = "For how many days rows that have left quarantine, and the results of rules, are kept for looking up; 0 keeps them"
            + " for good. Rows that are in quarantine, and rows that somebody mended, are always kept.")
    int keep__resolved__days() default 365;

    @AttributeDefinition(name = "Keep images days", description = "For how many days a load can be taken back by 'eider undo': so long are the rows kept that it replaced or removed."
            + " 0 keeps them for good. Those of datasets in mode history are always kept.")
    int keep__images__days() default 30;

    @AttributeDefinition(name = "Keep images size", required = false, description = "How much of the disk the rows that are kept for 'eider undo' may take, such as 2GB: the oldest go first."
            + " Empty means as much as there is.")
    String keep__images__size() default "";
}
