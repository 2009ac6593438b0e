package eider.identity;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** {@code config/people.cfg}: accounts and sign-ins. Two underscores are one in the file: Declarative Services make a dot of a single one. */
@ObjectClassDefinition(id = "people", name = "People", description = "Accounts and sign-ins. Spans of time are written 30s, 15m, 2h or 1d. Changes "
        + "count at once.")
public @interface PeopleConfig {

    @AttributeDefinition(name = "Registration", description = "Whether people may make an account by themselves. It has the least role and sees no "
            + "rows until an admin gives"
            + " it some.", options = {@Option(label = "off", value = "off"), @Option(label = "on", value = "on")})
    String registration() default "off";

    @AttributeDefinition(name = "Session idle", description = "After how long without use a session ends, from 1m to 30d.")
    String session__idle() default "30m";

    @AttributeDefinition(name = "Session longest", description = "After how long a session ends, however much it is used, from session_idle to 30d.")
    String session__longest() default "12h";

    @AttributeDefinition(name = "Password length", description = "How many characters a new password has at least, from 8 to 64.")
    int password__length() default 12;

    @AttributeDefinition(name = "Keep audit", description = "For how long entries of the audit trail are kept, in days such as 730d; 0d keeps them "
            + "for good.")
    String keep__audit() default "730d";
}
