package eider.store;

/** On what terms a commit may change what is here. */
public sealed interface Terms {

    /** A person looks on, and is asked before more than a set share goes. */
    record Attended() implements Terms {}

    /** Nobody looks on: what also waits is a column that vanished, and more than a set share replaced. */
    record Unattended() implements Terms {}

    /** A person said that whatever comes is right. */
    record Approved() implements Terms {}

    /** What would happen is to be shown: everything is done, looked at, and taken back. */
    record Rehearsal() implements Terms {}

    /**
     * A person was shown what would happen, and said that just that is right.
     *
     * @param digest tells what was shown from anything else, see {@link Preview}
     */
    record AsPlanned(String digest) implements Terms {}
}
