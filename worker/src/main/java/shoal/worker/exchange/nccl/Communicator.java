package shoal.worker.exchange.nccl;

import java.nio.ByteBuffer;

/**
 * One of two ranks, of which 0 sends and 1 receives.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>What is received is what was sent, transfer by transfer in the order sent; both sides say
 *       the same sizes.
 *   <li>After {@link #close}, and after an error, every call throws {@link NcclException}.
 *   <li>No call but {@link #await} waits for the other rank.
 * </ul>
 *
 * <p>{@link #send}, {@link #receive} and {@link #await} are called by one thread at a time, {@link
 * #read} and {@link #close} by any.
 */
public interface Communicator extends AutoCloseable {
    /**
     * Queues a transfer to rank 1. The values are copied at once; the part of the staging memory
     * that they are copied to must not be used again before they have arrived.
     *
     * @param offsetBytes into the staging memory
     * @param values at least one byte remaining; its position does not move
     */
    void send(int offsetBytes, ByteBuffer values) throws NcclException;

    /** Queues a transfer from rank 0 into the staging memory. */
    void receive(int offsetBytes, int sizeBytes) throws NcclException;

    /**
     * Waits until all that was queued here is done.
     *
     * @throws InterruptedException if interrupted meanwhile; what was queued stays so
     */
    void await() throws NcclException, InterruptedException;

    /** Fills the target from the staging memory. */
    void read(int offsetBytes, ByteBuffer target) throws NcclException;

    /** Gives up what is under way and frees everything. The other rank is not told. */
    @Override
    void close();
}
