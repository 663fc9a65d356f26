package shoal.worker.stop;

/** Work was stopped because its run ended; not an error. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException() {
        super("the run ended");
    }
}
