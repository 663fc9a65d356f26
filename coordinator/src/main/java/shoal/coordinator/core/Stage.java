package shoal.coordinator.core;

/** Where a run is in its life; see {@link Lifecycle} for the ways between stages. */
public enum Stage {
    /** Waits for a free worker. */
    QUEUED(RunStatus.QUEUED),
    /** Its worker loads files. */
    STARTING(RunStatus.STARTING),
    /** Its worker computes the gradient of the step after the last committed one. */
    STEPPING(RunStatus.RUNNING),
    /** Its worker evaluates at the last committed step. */
    EVALUATING(RunStatus.RUNNING),
    /** Its worker sends the state of the last committed step for a checkpoint. */
    SAVING(RunStatus.RUNNING),
    /** Trained; its worker sends the parameters. */
    UPLOADING(RunStatus.FINISHING),
    /** All parameters are here; the output folder is being completed. */
    SEALING(RunStatus.FINISHING),
    DONE(RunStatus.DONE),
    FAILED(RunStatus.FAILED),
    CANCELLED(RunStatus.CANCELLED);

    private final RunStatus status;

    Stage(RunStatus status) {
        this.status = status;
    }

    public RunStatus status() {
        return status;
    }
}
