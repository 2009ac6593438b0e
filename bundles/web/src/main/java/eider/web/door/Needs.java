package eider.web.door;

import eider.people.Permission;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A servlet, or a resource of the API, for people who are signed in and may do all that is named; without a name, for everybody who is signed in. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Needs {
    Permission[] value() default {};

    /** Whether it serves a person who must change the password before anything else. */
    boolean evenBeforeChange() default false;
}
