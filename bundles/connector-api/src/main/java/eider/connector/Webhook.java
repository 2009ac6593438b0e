package eider.connector;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An ability that some sources have: to be called by their outside system when something happened there. A {@link Source} that can implements this
 * interface too. A delivery makes rows current sooner; it never takes the place of {@link Source#read}. Its life:
 *
 * <ol>
 *   <li><b>Arrives</b> at {@code /webhooks/<connection>}. Anybody can send one. A body that is too long is refused before a connector sees it.
 *   <li><b>{@link #receive} recognises the sender</b> by the signature, over the raw bytes, before it looks at anything else and before it touches a
 *       sink. What is not signed, or wrongly, or with a time too old, ends here: {@code AUTH}, answered by 401.
 *   <li><b>It pushes</b> the rows that the delivery tells about, or asks for a read where the delivery only tells that something changed.
 *   <li><b>It returns</b>, and all of that becomes durable together, or nothing of it does. Only then is the sender answered by 200.
 * </ol>
 *
 * <p><b>Repeats and order.</b> Senders repeat deliveries, hours later too, send them in any order, and lose some. So rows are told apart by the key
 * of their dataset, and the newer one wins, by {@link Effects#rows}: a delivery that comes twice, or late, changes nothing. A connector need not
 * remember what it has seen.
 *
 * <p><b>No cursor moves.</b> A delivery speaks of single rows and says nothing about the rows before it. If it moved the cursor of its dataset, each
 * row whose delivery was lost, or is still under way, would lie behind the cursor and never be read. So the next read begins where the last read
 * ended, meets the delivered rows once more, and changes nothing by them. This is why the sinks here take no checkpoint.
 *
 * <p><b>Threads and time.</b> Called on any thread, for one delivery of a connection at a time, and also while {@code discover} or {@code read} run
 * on the same instance. Senders want their answer within five seconds, of which {@code receive} gets two; then its thread is interrupted, the sender
 * is told to try again (503), and nothing of the delivery is kept. That is time to check and to parse, not to ask the outside system back: {@code
 * receive} opens no connection. What must be fetched is left to a read, by {@link Effects#refresh}.
 */
@ConsumerType
public interface Webhook {

    /**
     * Takes one delivery.
     *
     * @throws SourceException of kind {@code AUTH} if the sender is not who he must be: answered by 401, and nothing else told to the sender; {@code
     *     CONFIG} naming the option if there is no secret to check the signature with (a connection without one takes no delivery): 503; {@code DATA}
     *     if the sender is right and the delivery cannot be understood: 400, and people are told
     */
    void receive(Delivery delivery, Effects effects) throws SourceException, InterruptedException;

    /** What a delivery may do. For the length of one call of {@link #receive}, and from its thread only. */
    @ProviderType
    interface Effects {

        /**
         * Where rows of a dataset go. It takes {@link Sink#upsert}, {@link Sink#delete} and {@link Sink#reject} in any number, and {@link
         * Sink#progress}, which nobody sees; there is nothing to end them by, since returning from {@code receive} does. {@code part}, {@code scan}
         * and {@code checkpoint} throw {@link UnsupportedOperationException}.
         *
         * <p>A row stays as it is if it holds a larger value in {@code newest} than the one that is delivered. A row that a delivery deleted is not
         * brought back by a later delivery; only a read does that.
         *
         * @param dataset as {@link Source#discover} tells it, with a key
         * @param newest a required field of it, of type INSTANT, TIMESTAMP or INTEGER, that grows whenever a row changes at the source: the time of
         *     its last change, its version
         * @throws IllegalArgumentException if the dataset has no key, or {@code newest} is no such field: a bug of the source
         */
        Sink rows(Dataset dataset, String newest);

        /**
         * Asks for a read of a dataset soon, from where its last read ended: for a delivery that tells that something changed, and not what is there
         * now. Asking twice is asking once.
         *
         * @param dataset its name
         */
        void refresh(String dataset);
    }
}
