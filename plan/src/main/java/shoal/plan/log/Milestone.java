package shoal.plan.log;

/** What a run does at the end of a step, besides going on. */
public enum Milestone {
    /** A row of training figures is logged. */
    LOG,
    /** The evaluation data is read; a row of figures is logged. */
    EVALUATE,
    /** A checkpoint is written. */
    SAVE
}
