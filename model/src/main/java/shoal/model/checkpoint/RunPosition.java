package shoal.model.checkpoint;

import shoal.recipe.Require;

/**
 * How far a run is.
 *
 * @param step updates done, at least 1
 * @param epoch passes over the training rows, with the part of the running one
 */
public record RunPosition(int step, double epoch) {
    public RunPosition {
        Require.atLeast("step", step, 1);
        Require.range("epoch", epoch, 0, 1e9);
    }
}
