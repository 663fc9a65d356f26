package shoal.worker.exchange;

import java.nio.ByteBuffer;
import shoal.worker.stop.StopSignal;

/**
 * Moves ranges of units between the workers of one (run, generation).
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Ranges from one worker to another arrive in the order sent, per {@link Kind.Track}; the two
 *       tracks do not wait for each other.
 *   <li>A receiver that has no room holds up its senders' track, after a window of pieces; nothing
 *       is kept beyond that window.
 *   <li>A connection that is cut, silent or damaged is replaced: calls wait meanwhile, nothing is
 *       missing afterwards and nothing comes twice.
 *   <li>A lost peer ends every call that needs it with {@link PeerLostException}: at once if it has
 *       closed its exchange, else when it stays away for the redial time.
 * </ul>
 *
 * <p>Methods may be called from any thread but the receiver's; only {@link #offerAgain} and {@link
 * #close} also from there.
 */
public interface Exchange extends AutoCloseable {
    /** This worker's place in the generation, from 0. */
    int index();

    /** Workers of the generation, this one included. */
    int workers();

    /**
     * Sends a range; dense kinds are cut into pieces. Waits while the peer has no room. Afterwards
     * the values may be overwritten.
     *
     * @param to another worker's index
     * @param values little-endian, as many bytes remaining as the header says; its position does
     *     not move
     * @throws shoal.worker.stop.StoppedException when stopped; the range may have gone in part
     * @throws PeerLostException when the peer is lost
     */
    void send(int to, RangeHeader range, ByteBuffer values, StopSignal stop);

    /**
     * Waits until every worker has called this as often. What the others sent to this worker before
     * they called it has then been taken by the receiver here.
     *
     * @throws shoal.worker.stop.StoppedException when stopped
     * @throws PeerLostException when any peer is lost
     */
    void barrier(StopSignal stop);

    /** The receiver has room again: what it answered with LATER is offered again. */
    void offerAgain();

    /** How values get over, and why so; a sentence for the user. */
    String path();

    /** What has gone and come so far. */
    ExchangeCounts counts();

    /** Ends all transfers; peers see this worker as lost. Waits for no peer. */
    @Override
    void close();
}
