package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a worker says of itself.
 *
 * @param host where it runs
 * @param processId of its process there
 * @param lanes its compute threads
 * @param peer how other workers reach it; empty: it serves alone
 * @param probe the bits its operators give
 */
public record WorkerFacts(
        String host, long processId, int lanes, Optional<PeerFacts> peer, Probe probe) {
    public WorkerFacts {
        requireNonNull(host, "host");
        requireNonNull(peer, "peer");
        requireNonNull(probe, "probe");
    }

    /** Of a worker that says nothing but where it runs. */
    public static WorkerFacts of(String host, long processId, int lanes) {
        return new WorkerFacts(host, processId, lanes, Optional.empty(), Probe.none());
    }
}
