package eider.sql;

import eider.connector.SourceException;

/**
 * What a server keeps of all changes, and tells of one table: rows that came, changed and went, in the order in which their transactions committed.
 * Of one connection, and used by one thread.
 */
public interface Log {

    /**
     * Whether the log tells all of a table.
     *
     * @throws SourceException of kind CONFIG naming option {@code log} and what its owner must do if it does not
     */
    void check(Table table, Session session) throws SourceException, InterruptedException;

    /**
     * Another text when rows may have come, changed or gone without a word in the log: columns were altered, files rewritten, partitions attached or
     * taken away, or the table was not told of for a while.
     */
    String shape(Table table, Session session) throws SourceException, InterruptedException;

    /**
     * Lets the server keep its log for the table from now on, beginning at the moment of a snapshot. Where it keeps it already, it goes on to keep what
     * lies before, which somebody may still ask for.
     *
     * @throws SourceException of kind CONFIG naming option {@code log} if the server or the rights are not ready for it
     */
    Beginning begin(Table table, Session session) throws SourceException, InterruptedException;

    /** Where it begins, and by which name {@link Dialect#join} finds the snapshot, until it is closed. */
    interface Beginning extends AutoCloseable {
        String position();

        String snapshot();

        @Override
        void close();
    }

    /**
     * Whether the log still reaches back to where somebody stopped.
     *
     * @param place that has a {@link Place#log()}
     *
     * @return null if it does; else why not, as a clause
     */
    String broken(Table table, Session session, Place place) throws SourceException, InterruptedException;

    /**
     * Tells what changed behind a place, up to where the log ends as this begins, in transactions that the session sees.
     *
     * @param from a position that is durable here, so that the server need not keep what lies before it
     * @return up to where everything was told
     */
    Reached follow(Table table, Session session, String from, Changes changes) throws SourceException, InterruptedException;

    /** @param end whether all was told that the session sees; else something of it is left for the next time */
    record Reached(String position, boolean end) {
    }

    /** Takes what changed, in the order in which it was committed. */
    interface Changes {
        /** A row as it is now: the texts of the table's columns in their order. */
        void put(String[] texts) throws SourceException, InterruptedException;

        /** A row of which the log does not tell all: whoever wants it asks for it as it is by now. The texts of the key's columns in the order of the key. */
        void touched(String[] key) throws SourceException, InterruptedException;

        /** A row is not there any more. */
        void gone(String[] key) throws SourceException, InterruptedException;

        /** Nothing comes yet: the server goes through what it has to. */
        void waits();

        /** Everything up to this position was told. */
        void upTo(String position) throws SourceException, InterruptedException;
    }
}
