package eider.engine;

import java.time.Instant;

/**
 * A row that was kept aside.
 *
 * @param id identifies it
 * @param load the load that met it
 * @param connection whose row
 * @param dataset of which dataset
 * @param place where it stands: the part (a file) and the line or row in it
 * @param reason a sentence
 * @param raw the row as it was found
 * @param at when
 */
public record Quarantined(long id, long load, String connection, String dataset, String place, String reason, String raw, Instant at) {}
