package shoal.coordinator.core;

/** What people see of a run's stage; the words of the wire contract. */
public enum RunStatus {
    QUEUED,
    STARTING,
    RUNNING,
    FINISHING,
    DONE,
    FAILED,
    CANCELLED
}
