package eider.tck;

import org.opentest4j.TestAbortedException;

/** A test is left out because the connector lacks an ability; another test of the contract proves that it does. */
final class OptedOut extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    private OptedOut(Ability ability) {
        super("the connector lacks " + ability + ", which " + ability.clause() + " proves");
    }

    /** Ends the test if the connector lacks what it asks for. */
    static void unless(SourceContract contract, Ability ability) {
        if (contract.lacks().contains(ability)) {
            throw new OptedOut(ability);
        }
    }
}
