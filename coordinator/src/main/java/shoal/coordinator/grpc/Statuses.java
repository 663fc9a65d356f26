package shoal.coordinator.grpc;

import io.grpc.Status;
import java.io.IOException;
import shoal.coordinator.checkpoint.StaleUploadException;
import shoal.coordinator.store.StoreException;
import shoal.recipe.UserException;

/** What an exception means to the caller: whose fault it is decides the code. */
final class Statuses {
    private Statuses() {}

    static Status of(Exception e) {
        if (e instanceof StaleUploadException) {
            return Status.FAILED_PRECONDITION.withDescription(e.getMessage());
        }
        if (e instanceof UserException || e instanceof IllegalArgumentException) {
            return Status.INVALID_ARGUMENT.withDescription(e.getMessage());
        }
        if (e instanceof IOException || e instanceof StoreException) {
            return Status.INTERNAL.withDescription(
                    "the coordinator's disk refuses: " + e.getMessage());
        }
        return Status.INTERNAL.withDescription("a bug of Shoal's: " + e);
    }
}
