package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Loopback;

/**
 * What a worker process is told at its start.
 *
 * @param coordinator to dial, with a token of scope worker or admin
 * @param folders where it may write
 * @param lanes compute threads; 0 = as many as there are usable cores
 * @param peerListen for the other workers of its runs; port 0 = any free one
 * @param advertise where these reach it, if elsewhere
 * @param device the CUDA device through which it exchanges with workers that have one, too, as CUDA
 *     counts them
 */
public record WorkerSettings(
        Access coordinator,
        WorkerFolders folders,
        int lanes,
        HostPort peerListen,
        Optional<HostPort> advertise,
        OptionalInt device) {
    public WorkerSettings {
        requireNonNull(coordinator, "coordinator");
        requireNonNull(folders, "folders");
        Require.range("lanes", lanes, 0, Limits.LANES);
        requireNonNull(peerListen, "peerListen");
        requireNonNull(advertise, "advertise");
        requireNonNull(device, "device");
    }

    /** For a worker whose peers are all on this host, and which offloads to its own folder. */
    public WorkerSettings(Access coordinator, Path workDirectory, int lanes) {
        this(coordinator, workDirectory, lanes, workDirectory);
    }

    /** The same with a folder for runs that keep state in files. */
    public WorkerSettings(Access coordinator, Path workDirectory, int lanes, Path offload) {
        this(
                coordinator,
                new WorkerFolders(workDirectory, offload),
                lanes,
                Loopback.anyPort(),
                Optional.empty(),
                OptionalInt.empty());
    }

    /** The lanes to use on this machine. */
    int usableLanes() {
        return lanes > 0 ? lanes : Runtime.getRuntime().availableProcessors();
    }
}
