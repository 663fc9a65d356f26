package shoal.worker.shard;

import io.grpc.Status;

/** The call ended before everything was sent and confirmed. */
final class StreamOver extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    StreamOver(Status status) {
        super(status.toString());
        this.status = status;
    }

    Status status() {
        return status;
    }
}
