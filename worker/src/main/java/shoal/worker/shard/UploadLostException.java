package shoal.worker.shard;

import java.io.IOException;

/** An upload broke off for a reason that a redial or a newer generation will cure. */
public final class UploadLostException extends IOException {
    private static final long serialVersionUID = 1L;

    UploadLostException(String reason) {
        super(reason);
    }
}
