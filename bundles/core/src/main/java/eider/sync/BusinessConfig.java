package eider.sync;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/business.cfg}: what the figures mean. */
@ObjectClassDefinition(id = "business", name = "Business", description = "What the figures of this company mean.")
public @interface BusinessConfig {

    @AttributeDefinition(name = "Base currency", description = "The currency, by its three ISO 4217 letters, of amounts whose source does not say one.")
    String base__currency() default "EUR";

    @AttributeDefinition(name = "Time zone", required = false,
        description = "Where a business day begins, such as Europe/Berlin; the machine's own zone where nothing is said. Asked for by policies.")
    String time__zone() default "";
}
