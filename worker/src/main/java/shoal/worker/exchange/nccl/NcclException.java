package shoal.worker.exchange.nccl;

import java.io.IOException;

/** NCCL or CUDA gave an error, or the communicator is closed; the communicator is of no use now. */
public final class NcclException extends IOException {
    private static final long serialVersionUID = 1L;

    public NcclException(String message) {
        super(message);
    }
}
