package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.wire.Access;
import shoal.wire.HostPort;

/**
 * What a worker process is told at its start.
 *
 * @param coordinator to dial, with a token of scope worker or admin
 * @param workDirectory for its id, its cache and the files of the run it serves; one process each
 * @param lanes compute threads; 0 = as many as there are usable cores
 * @param peerListen for the other workers of its runs; port 0 = any free one
 * @param advertise where these reach it, if elsewhere
 * @param device the CUDA device through which it exchanges with workers that have one, too, as CUDA
 *     counts them
 */
public record WorkerSettings(
        Access coordinator,
        Path workDirectory,
        int lanes,
        HostPort peerListen,
        Optional<HostPort> advertise,
        OptionalInt device) {
    private static final HostPort ANY_LOOPBACK_PORT = new HostPort("127.0.0.1", 0);

    public WorkerSettings {
        requireNonNull(coordinator, "coordinator");
        requireNonNull(workDirectory, "workDirectory");
        Require.range("lanes", lanes, 0, Limits.LANES);
        requireNonNull(peerListen, "peerListen");
        requireNonNull(advertise, "advertise");
        requireNonNull(device, "device");
    }

    /** For a worker whose peers are all on this host. */
    public WorkerSettings(Access coordinator, Path workDirectory, int lanes) {
        this(
                coordinator,
                workDirectory,
                lanes,
                ANY_LOOPBACK_PORT,
                Optional.empty(),
                OptionalInt.empty());
    }

    /** The lanes to use on this machine. */
    int usableLanes() {
        return lanes > 0 ? lanes : Runtime.getRuntime().availableProcessors();
    }
}
