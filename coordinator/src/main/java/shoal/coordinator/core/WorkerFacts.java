package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/**
 * What a worker says of itself, for people to read.
 *
 * @param host where it runs
 * @param processId of its process there
 * @param lanes its compute threads
 */
public record WorkerFacts(String host, long processId, int lanes) {
    public WorkerFacts {
        requireNonNull(host, "host");
    }
}
