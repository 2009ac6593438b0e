package eider.sync;

import eider.connector.Source;

/** A connection that there is, or was just now. Guarded by the monitor of its {@link Connections}. */
final class Entry {
    final String name;
    final String connector;
    /** Null while its connector is gone. */
    Source source;
    /** Set where this connection was refused, and for which name. */
    Source refused;
    String wanted;
    Run run;
    String failure = "";
    final Breaker breaker = new Breaker();
    /** What its run does now. Of any thread. */
    volatile String doing = "";

    Entry(String name, String connector) {
        this.name = name;
        this.connector = connector;
    }
}
