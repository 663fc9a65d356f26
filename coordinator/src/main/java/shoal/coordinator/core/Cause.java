package shoal.coordinator.core;

/** What moves a run from one stage to the next. */
public enum Cause {
    /** A free worker was given the run. */
    ASSIGNED,
    /** Its worker has loaded the files. */
    LOADED,
    /** Its worker has loaded the files and evaluates before the next step. */
    LOADED_BEFORE_EVALUATION,
    /** Its worker has loaded a checkpoint after which nothing is left to train. */
    LOADED_LAST,
    /** A step was committed and training goes on. */
    COMMITTED,
    /** A step was committed after which an evaluation is due. */
    COMMITTED_BEFORE_EVALUATION,
    /** A step was committed after which a checkpoint is due. */
    COMMITTED_BEFORE_SAVE,
    /** The last step was committed and nothing is left to evaluate. */
    COMMITTED_LAST,
    /** All rows are evaluated and training goes on. */
    EVALUATED,
    /** All rows are evaluated and a checkpoint is due. */
    EVALUATED_BEFORE_SAVE,
    /** All rows are evaluated and nothing is left to train. */
    EVALUATED_LAST,
    /** All state of a checkpoint is here and training goes on. */
    SAVED,
    /** All state of a checkpoint is here and an evaluation is due. */
    SAVED_BEFORE_EVALUATION,
    /** The checkpoint after the last step is sealed. */
    SAVED_LAST,
    /** The worker has sent all parameters. */
    UPLOADED,
    /** The output folder is in place. */
    SEALED,
    /** A worker of the run is gone with what it held. */
    WORKER_LOST,
    /** A worker is gone and the run has been started again too often. */
    WORKER_LOST_TOO_OFTEN,
    /** Too few workers are attached, for longer than the run waits. */
    WORKERS_MISSING,
    /** Something is wrong with the run, a worker or the arithmetic that no repetition mends. */
    TROUBLE,
    /** Somebody cancelled it. */
    CANCELLED,
    /** It met a bug of ours. */
    SET_ASIDE
}
