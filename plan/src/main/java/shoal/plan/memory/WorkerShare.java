package shoal.plan.memory;

import shoal.recipe.Require;

/**
 * How a run is spread, as far as memory is concerned.
 *
 * @param workers processes that share the run
 * @param lanes compute threads of each
 */
public record WorkerShare(int workers, int lanes) {
    public WorkerShare {
        Require.atLeast("workers", workers, 1);
        Require.atLeast("lanes", lanes, 1);
    }
}
