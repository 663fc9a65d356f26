package shoal.worker.exchange;

/**
 * What an exchange has done since it was opened.
 *
 * @param sentBytes of values, over all peers
 * @param receivedBytes of values that receivers took
 * @param stale ranges dropped for another run or generation
 * @param corrupt frames dropped for a wrong checksum, and then sent again
 * @param refused ranges dropped because the receiver refused their header
 * @param resent frames that were sent once more, since a stream was cut
 * @param peersThroughMemory peers that read this worker's values from shared memory
 */
public record ExchangeCounts(
        long sentBytes,
        long receivedBytes,
        long stale,
        long corrupt,
        long refused,
        long resent,
        int peersThroughMemory) {}
