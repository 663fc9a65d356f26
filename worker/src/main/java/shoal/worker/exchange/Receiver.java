package shoal.worker.exchange;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Takes what other workers send.
 *
 * <p>Every method of one receiver is called from one thread at a time, a thread of the exchange
 * that carries other peers' ranges too: it computes on what it is given, and never waits and never
 * calls {@link Exchange#send}.
 */
public interface Receiver {
    /** What to do with a range that has arrived. */
    enum Answer {
        /** The values were used. */
        TAKEN,
        /**
         * No room yet: offered again, the same range first, after {@link Exchange#offerAgain}; the
         * sender's track waits meanwhile. Only for what other senders, or this worker without
         * waiting for any peer, will make room for; else all can wait for each other.
         */
        LATER
    }

    /**
     * What is wrong with a header, from the run's table: a unit, range, node or step that this peer
     * has no reason to send. Asked before any of its values is looked at; what is refused is
     * dropped.
     */
    Optional<String> refusal(int from, RangeHeader range);

    /**
     * A piece of at most {@link RangeHeader#PIECE_ELEMENTS} has arrived. Pieces of one sender and
     * track come in the order sent.
     *
     * @param values little-endian, direct, read-only, exactly the range, its limit and position the
     *     callee's to move; gone when this returns. To be read by Java alone: the memory may be
     *     another process's, so no native code gets its address
     */
    Answer arrived(int from, RangeHeader range, ByteBuffer values);

    /** Something went wrong; told once per occurrence, the exchange has counted it. */
    void trouble(Trouble trouble);
}
