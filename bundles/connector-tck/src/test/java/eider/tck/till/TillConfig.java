package eider.tck.till;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The options of a till. */
@ObjectClassDefinition(name = "Till", description = "A cash register that answers HTTP.")
public @interface TillConfig {

    @AttributeDefinition(name = "address", description = "Where the till answers.")
    String address();

    @AttributeDefinition(name = "api_key", type = AttributeType.PASSWORD, description = "The key that opens it.")
    String api__key();

    @AttributeDefinition(name = "webhook_secret", type = AttributeType.PASSWORD, required = false, description = "What its calls are signed with.")
    String webhook__secret();

    @AttributeDefinition(name = "page", required = false, description = "Sales in one answer.")
    int page() default 50;
}
