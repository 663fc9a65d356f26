package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/**
 * One life of a worker: its state in memory survives a redial, not a new incarnation.
 *
 * @param name the worker
 * @param incarnation random per process
 */
public record WorkerProcess(WorkerName name, String incarnation) {
    public WorkerProcess {
        requireNonNull(name, "name");
        requireNonNull(incarnation, "incarnation");
    }
}
