package shoal.coordinator.core;

/** Why a message was dropped without effect; counted, never an error. */
public enum DropReason {
    /** Its session ended before it was read. */
    ENDED_SESSION,
    /** It speaks for a generation or a run that is over. */
    STALE_FENCE,
    /** The worker has not said where it is since it dialled again. */
    NOT_RECONCILED,
    /** Its step is committed, evaluated or uploaded already, or not open. */
    OTHER_STEP,
    /** Evaluation rows that do not continue the ones before. */
    OUT_OF_ORDER
}
