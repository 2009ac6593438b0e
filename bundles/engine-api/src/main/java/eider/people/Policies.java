package eider.people;

import java.util.List;
import java.util.Set;

/** The rules of {@code config/policies/}, as they are at this moment. Any thread. */
public interface Policies {

    /**
     * The roles that an account can have: {@code admin}, {@code manager}, {@code user}, then the operator's own by name. A role whose file is wrong is among them, and
     * sees nothing until it is right.
     */
    List<String> roles();

    /** What the viewer may do; everything for admins and the operator. */
    Set<Permission> permissions(Viewer viewer);

    /** The attributes that rules ask for, by name: what an admin is asked to fill in for an account. */
    List<String> attributes();

    /** What is wrong in the files, one sentence each with file and line; a role named in one sees nothing. Empty when all is right. */
    List<String> faults();

    default boolean may(Viewer viewer, Permission permission) {
        return permissions(viewer).contains(permission);
    }
}
