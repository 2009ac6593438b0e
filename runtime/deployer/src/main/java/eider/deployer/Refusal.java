package eider.deployer;

/** A jar is not taken in. The message goes on after "x.jar is refused: it …", says why in words and what to do. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
        super(reason);
    }

    Refusal(String reason, Throwable cause) {
        super(reason, cause);
    }
}
