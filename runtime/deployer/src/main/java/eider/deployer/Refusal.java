package eider.deployer;

/** A jar is not taken in. The message goes on after "x.jar is refused: it …", says why in words and what to do. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final String version;

    Refusal(String reason) {
        this(reason, null);
    }

    Refusal(String reason, Throwable cause) {
        this(reason, cause, "", "");
    }

    private Refusal(String reason, Throwable cause, String name, String version) {
        super(reason, cause);
        this.name = name;
        this.version = version;
    }

    /** The same, of a jar that told what it is called before it was refused. */
    Refusal of(String name, String version) {
        return new Refusal(getMessage(), this, name, version);
    }

    /** The symbolic name; empty where it is not known. */
    String name() {
        return name;
    }

    /** The version; empty where it is not known. */
    String version() {
        return version;
    }
}
