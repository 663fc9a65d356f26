package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.wire.HostPort;
import shoal.wire.Token;

/**
 * What a worker process is told at its start.
 *
 * @param coordinator to dial
 * @param token of scope worker or admin
 * @param workDirectory for its id, its cache and the files of the run it serves; one process each
 * @param lanes compute threads; 0 = as many as there are usable cores
 */
public record WorkerSettings(HostPort coordinator, Token token, Path workDirectory, int lanes) {
    public WorkerSettings {
        requireNonNull(coordinator, "coordinator");
        requireNonNull(token, "token");
        requireNonNull(workDirectory, "workDirectory");
        Require.range("lanes", lanes, 0, Limits.LANES);
    }

    /** The lanes to use on this machine. */
    int usableLanes() {
        return lanes > 0 ? lanes : Runtime.getRuntime().availableProcessors();
    }
}
