package shoal.engine;

import java.util.List;
import shoal.recipe.Require;

/**
 * What forward and backward of one step need.
 *
 * @param step counts from 1: part of the key of dropout masks
 * @param leaves all leaves of the step, by rank, round, slice
 */
public record StepWork(int step, List<Leaf> leaves) {
    public StepWork {
        Require.atLeast("step", step, 1);
        leaves = List.copyOf(leaves);
        Require.atLeast("leaves.size", leaves.size(), 1);
    }
}
