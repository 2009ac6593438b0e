package eider.connector;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Finds out how a file wants to be read. Lent by the store, which looks at the file in a throw-away database instance of its own,
 * so that a hostile file cannot harm the live one.
 */
@ProviderType
public interface Sniffer {

    /**
     * Fills in what {@code scan} leaves open, and keeps what it states.
     *
     * <p>Types are chosen so that no value changes: {@code 00123} stays text, {@code 1.50} becomes a decimal, a date is a date only
     * where it can be read in one way. The whole file is looked at, not its first lines, unless every column's type is given.
     *
     * @throws SourceException of kind {@code DATA} with one sentence for a person, if no table can be made out
     */
    <S extends Scan> S complete(S scan) throws SourceException, InterruptedException;
}
