package shoal.coordinator.checkpoint;

/** An upload that nobody waits for any more: another generation, step or upload has its place. */
public final class StaleUploadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleUploadException(String message) {
        super(message);
    }
}
