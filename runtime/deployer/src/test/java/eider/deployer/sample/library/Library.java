package eider.deployer.sample.library;

/** A class that another plugin uses. */
public final class Library {
    private Library() {}

    /** Something to call. */
    public static String name() {
        return "library";
    }
}
