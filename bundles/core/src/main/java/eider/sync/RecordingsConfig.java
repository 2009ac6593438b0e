package eider.sync;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/recordings.cfg}: syncs that are recorded. */
@ObjectClassDefinition(id = "recordings", name = "Recordings", description = "Syncs that are recorded, by sync --record.")
public @interface RecordingsConfig {

    @AttributeDefinition(name = "Largest", description = "How large the file of one recording may become, such as 256MB or 2GB. A recording that reaches it keeps what it has and"
            + " says so; the sync goes on. Counts for recordings that begin after a change.")
    String largest() default "256MB";
}
