package shoal.cli.client;

/** Hears how far a transfer is, on the thread that transfers. */
@FunctionalInterface
public interface TransferListener {
    void moved(long doneBytes, long allBytes);
}
