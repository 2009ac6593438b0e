package eider.connector;

import java.util.Objects;

/**
 * What {@link Source#read} is asked for.
 *
 * @param dataset one of those that {@link Source#discover} told, as it told it
 * @param cursor where the last committed read of this dataset ended, {@link Cursor#NONE} for a first read
 * @param sniffer lent for the length of the read, for sources whose data are files
 */
public record Request(Dataset dataset, Cursor cursor, Sniffer sniffer) {
    public Request {
        Objects.requireNonNull(dataset, "dataset");
        Objects.requireNonNull(cursor, "cursor");
        Objects.requireNonNull(sniffer, "sniffer");
    }
}
