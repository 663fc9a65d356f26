package shoal.worker.exchange.nccl;

/**
 * One CUDA device, and the communicators that this process opens on it.
 *
 * <p>All methods may be called from any thread.
 */
public interface Nccl {
    /** Length of an id. */
    int ID_BYTES = 128;

    /** Which device of the world this is: GPU-UUID. */
    String device();

    /**
     * Transfers that can wait on the device for their other side at the same time. One more would
     * be held up by them, and two devices could wait for each other.
     */
    int transfersAtOnce();

    /**
     * Makes an id for one communicator, to be given to its other rank.
     *
     * @return {@link #ID_BYTES} bytes
     * @throws NcclException if NCCL finds no network interface, say
     */
    byte[] uniqueId() throws NcclException;

    /**
     * Joins a communicator of two ranks; waits for the other one, and until a first transfer has
     * shown that the way is open.
     *
     * @param id of the communicator, used once by each rank
     * @param rank 0 to send, 1 to receive
     * @param stagingBytes of host and of device memory to keep for it
     * @param millis how long to wait for the other rank
     * @throws NcclException if it cannot be joined, or the other rank did not come
     * @throws InterruptedException if interrupted meanwhile
     */
    Communicator join(byte[] id, int rank, int stagingBytes, long millis)
            throws NcclException, InterruptedException;
}
