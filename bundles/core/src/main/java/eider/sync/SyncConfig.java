package eider.sync;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/sync.cfg}: how patient syncs are, and how much they may take. */
@ObjectClassDefinition(id = "sync", name = "Sync", description = "How patient syncs are with sources that fail, and how much they may take. Spans of time are written 500ms,"
        + " 30s, 15m, 2h or 1d. Changes count for syncs that begin after them.")
public @interface SyncConfig {

    @AttributeDefinition(name = "Retries", description = "How many times in a row a source that is down or asks to wait is tried again without getting any further; 0 tries"
            + " once.")
    int retries() default 8;

    @AttributeDefinition(name = "Longest wait", description = "How long a sync waits at most before one such try; who is told to come back later than that ends, and says"
            + " when it can go on.")
    String longest__wait() default "5m";

    @AttributeDefinition(name = "Give up after", description = "How long one sync waits at most for its source, all waits and silences taken together.")
    String give__up__after() default "1h";

    @AttributeDefinition(name = "Stall timeout", description = "How long a source may send nothing and tell nothing before it is interrupted and tried again.")
    String stall__timeout() default "15m";

    @AttributeDefinition(name = "Side by side", description = "How many connections are synced at once, the others waiting in line; auto is two for each processor, at least 2 and"
            + " at most 16.")
    String side__by__side() default "auto";

    @AttributeDefinition(name = "Memory", description = "How much memory the rows that syncs gather may take, all syncs together, such as 1GB; auto is as much as Java's heap may,"
            + " at least 512MB.")
    String memory() default "auto";

    @AttributeDefinition(name = "Failures", description = "After how many failed syncs in a row a connection rests, so that it is not synced unattended; a sync by hand always"
            + " goes through.")
    int failures() default 3;

    @AttributeDefinition(name = "Longest rest", description = "How long a connection rests at most: five minutes at first, and twice as long after each further failure.")
    String longest__rest() default "6h";
}
