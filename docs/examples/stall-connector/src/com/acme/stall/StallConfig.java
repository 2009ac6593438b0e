package com.acme.stall;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What a file {@code config/stall~<name>.cfg} may say. */
@ObjectClassDefinition(name = "Market stall", description = "The cash book of a market stall.")
public @interface StallConfig {

    @AttributeDefinition(name = "file", description = "The cash book, an absolute path.")
    String file();

    @AttributeDefinition(name = "page", required = false, description = "Lines between two checkpoints.")
    int page() default 100;
}
