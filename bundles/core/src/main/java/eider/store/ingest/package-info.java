/**
 * Everything about a file that the database reads itself: what shape it has, how to make it readable, what is wrong with it.
 *
 * <p>DuckDB's reader is fast, but it takes a file at its word: it rounds {@code 1.5} to a whole number where it was told so,
 * reads nothing at all from some files with mixed line ends, and gives up the rest of a file at a quote that is never closed
 * ({@code DuckDbTrapsTest} shows each). So every file is first walked through once, byte by byte, by {@link eider.store.ingest.Tokens},
 * or by {@link eider.store.ingest.JsonLine} where each line is a JSON object.
 * A file that is plain throughout is linked into the hand-over folder and read by DuckDB as it is. Any other one is written anew in
 * the plainest form there is, with its bad rows put aside; and how many rows there must be is known before DuckDB reads the first.
 *
 * <p>A file that speaks for itself is loaded without a word, one that speaks for nothing is refused in a sentence, and what lies between is loaded
 * and told: an {@link eider.store.ingest.Assumption}.
 *
 * <p>Read {@link eider.store.ingest.FileSniffer} first (what is in the file), then {@link eider.store.ingest.Readable} (make it
 * readable), {@link eider.store.ingest.ScanSql} (the SQL that reads it) and {@link eider.store.ingest.Reject} (what stayed behind).
 */
package eider.store.ingest;
