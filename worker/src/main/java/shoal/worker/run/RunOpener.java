package shoal.worker.run;

import java.io.IOException;
import shoal.proto.v1.StartRun;
import shoal.worker.stop.StopSignal;

/** Loads runs. */
public interface RunOpener {
    /**
     * Fetches a run's files and loads them.
     *
     * @param stop ends loading and, later, long work of the run
     * @throws shoal.recipe.UserException with all problems of the run's files
     * @throws IOException when the worker is at fault
     */
    RunWork open(StartRun run, StopSignal stop) throws IOException;
}
