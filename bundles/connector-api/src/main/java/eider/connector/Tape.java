package eider.connector;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What passes between a source and its outside system, while a sync is recorded or replayed. {@link #current()} tells whether it is: in most syncs there is none, and
 * nothing is to be done. Connectors that use the kit's {@code Account} need no line of their own. One that reaches its outside system by other means can use a tape itself,
 * and can then be recorded and replayed like the others:
 *
 * <ol>
 *   <li>Where {@code discover} or {@code read} begins it takes {@link #current()}, on the thread that called it. Threads that it starts are handed the tape.
 *   <li>It {@linkplain #hide hides} its credentials, each before the first exchange that they are used in.
 *   <li>Where nobody {@linkplain #replays replays}, it asks its outside system as ever, and {@linkplain #record records} each question with its answer, or with its failure,
 *       before it makes anything of the answer: what it dies of is on the tape then.
 *   <li>Where somebody does, it opens no connection and waits for nothing: {@link #replay} gives the answer that was recorded.
 * </ol>
 *
 * <p>Valid until the call of the source ends. Any thread; exchanges are kept in the order in which they are recorded.
 */
@ProviderType
public interface Tape {

    /**
     * What was recorded of an answer.
     *
     * @param told as it was given to {@link Tape#record}, but for what was hidden
     * @param body the same; closed by whoever asked
     */
    record Answer(Map<String, String> told, InputStream body) {
        public Answer {
            told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
            Objects.requireNonNull(body, "body");
        }
    }

    /** The tape of the call that this thread is in; null where nothing is recorded or replayed, which is the usual case. */
    static Tape current() {
        return CurrentTape.OF_THREAD.get();
    }

    /** A call of a source. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws SourceException, InterruptedException;
    }

    /** Runs a call of a source with a tape: for the engine, and for tests of connectors. */
    static <T> T during(Tape tape, Work<T> work) throws SourceException, InterruptedException {
        Tape before = CurrentTape.OF_THREAD.get();
        CurrentTape.OF_THREAD.set(Objects.requireNonNull(tape, "tape"));
        try {
            return work.run();
        } finally {
            if (before == null) {
                CurrentTape.OF_THREAD.remove();
            } else {
                CurrentTape.OF_THREAD.set(before);
            }
        }
    }

    /** Whether answers come from here and the outside system must not be reached. */
    boolean replays();

    /**
     * Says that a text is a secret: neither it nor any usual form of it (escaped, encoded, the part after {@code Bearer}, what is within {@code Basic}) is ever written, in
     * whatever is recorded from now on. Saying it again costs nothing. Texts of fewer than four characters cannot be hidden so.
     */
    void hide(String secret);

    /**
     * Keeps one exchange. Never fails for a reason of its own: a recording that cannot go on says so where recordings are listed, and the sync goes on without it. Members
     * and parameters whose names tell that they are secret are hidden by themselves.
     *
     * @param asked the question as text, the same for the same question: for HTTP {@code GET https://host/path?query}, then, where there is a body, an empty line and the body
     * @param told what there is to say of the answer beside its body: its status, its headers as far as they matter, or why there was none
     * @param body read to its end, and not closed
     * @throws IOException if the body cannot be read
     */
    void record(String asked, Map<String, String> told, InputStream body) throws IOException;

    /**
     * The answer that was recorded to a question. Questions that were asked more than once get their answers in the order in which they were recorded.
     *
     * @throws SourceException of kind {@code DATA} that names the question, if it was not asked when this was recorded
     */
    Answer replay(String asked) throws SourceException;
}
