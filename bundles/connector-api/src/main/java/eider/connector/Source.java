package eider.connector;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One connection to one outside system: a shop, a database, a folder of files.
 *
 * <p>There is no factory type. A source is a Declarative Services component with {@code @Designate(factory = true)}, so that each
 * file {@code config/<pid>~<name>.cfg} makes one, and the metatype annotation is at once its typed configuration, its form and
 * its documentation. A program that embeds Eider registers an instance by hand instead. Its life:
 *
 * <ol>
 *   <li><b>Constructed</b> with its configuration. The constructor stores, and opens nothing. It does not refuse a faulty
 *       option either: {@link #discover} does, so that the fault is shown where people look for it.
 *   <li><b>{@link #discover}</b> is called before every sync and whenever somebody asks what there is. It checks the options,
 *       reaches the outside system and so proves that the connection works.
 *   <li><b>{@link #read}</b> is called once for each dataset of a sync, with the cursor of the last commit.
 *   <li>The thread that reads may be <b>interrupted</b> at any time: {@code read} then ends within two seconds, by
 *       {@link InterruptedException} or by returning. What was pushed after the last checkpoint is forgotten and asked for again.
 *       A source that neither pushes nor calls {@link Sink#progress} for a quarter of an hour is interrupted for that alone.
 *   <li>A call that <b>fails</b> with kind {@code TEMPORARY} or {@code RATE_LIMIT} is made again, on the same instance and from the last checkpoint.
 *   <li><b>Replaced</b> at any time: the jar is updated, the file is edited. A running {@code read} gets two seconds to finish and
 *       is then interrupted; the new instance is asked to go on from the last checkpoint.
 * </ol>
 *
 * <p>Whatever {@code discover} and {@code read} open, they close; no thread of theirs outlives them. The two are never called at
 * the same time on one instance, but from different threads. Two instances share nothing.
 */
@ConsumerType
public interface Source {

    /**
     * Tells which datasets there are, in a stable order, with the same answer for the same outside state.
     *
     * @param sniffer lent for the length of the call, for sources whose data are files
     * @throws SourceException of kind {@code CONFIG} naming the option if one is missing or wrong, {@code AUTH} if the credentials
     *     are refused, {@code TEMPORARY} or {@code RATE_LIMIT} if trying again may help, {@code DATA} if what is there cannot be understood
     */
    List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException;

    /**
     * Pushes the rows of one dataset that are new or changed since {@code request.cursor()}, in the order in which they may be
     * committed, and calls {@link Sink#checkpoint} wherever it could go on from later.
     *
     * <p>The cursor is inclusive: rows at its very boundary are pushed again, and deduplicated by their key.
     */
    void read(Request request, Sink sink) throws SourceException, InterruptedException;

    /** The SQL that turns this source's datasets into canonical tables; none by default, and then its rows stay in tables of their own. */
    default List<Model> models() {
        return List.of();
    }
}
