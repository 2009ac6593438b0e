package eider.web.door;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code config/web.cfg}: from where the pages are reached. */
@ObjectClassDefinition(id = "web", name = "Pages", description = "From where the pages and the API are reached.")
public @interface WebConfig {

    @AttributeDefinition(name = "Address", description = "The address of this machine at which Eider listens: 127.0.0.1 for this machine only, 0.0.0.0 for all. Another than"
            + " 127.0.0.1 wants public_url as well. Takes effect at the next start.")
    String address() default "127.0.0.1";

    @AttributeDefinition(name = "Public address", description = "What people type to reach Eider, such as https://eider.example.com. With https, cookies go over https only and"
            + " browsers are told to keep to it.")
    String public__url() default "";

    @AttributeDefinition(name = "Trusted proxies", description = "Addresses or networks such as 10.0.0.0/8, separated by commas, whose word in X-Forwarded-For is taken for whom a"
            + " request comes from; empty: this machine, where public_url is set, and else none.")
    String trusted__proxies() default "";
}
