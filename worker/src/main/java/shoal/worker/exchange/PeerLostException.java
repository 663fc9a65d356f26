package shoal.worker.exchange;

/** A peer is gone that a call needs; the receiver has been told. Ends with the generation. */
public final class PeerLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int peer;

    public PeerLostException(int peer, String reason) {
        super("worker " + peer + " is lost: " + reason);
        this.peer = peer;
    }

    public int peer() {
        return peer;
    }
}
