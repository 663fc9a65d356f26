package shoal.engine;

import java.util.List;
import shoal.plan.step.SumTree;
import shoal.recipe.Require;

/**
 * What forward and backward of one step need.
 *
 * @param step counts from 1: part of the key of dropout masks
 * @param leaves all leaves of the step, by rank, round, slice
 * @param from first leaf that is computed here
 * @param to leaf after the last one that is computed here
 */
public record StepWork(int step, List<Leaf> leaves, int from, int to) {
    public StepWork {
        Require.atLeast("step", step, 1);
        leaves = List.copyOf(leaves);
        Require.atLeast("leaves.size", leaves.size(), 1);
        Require.range("from", from, 0, leaves.size());
        Require.range("to", to, from, leaves.size());
    }

    /** All leaves are computed here. */
    public StepWork(int step, List<Leaf> leaves) {
        this(step, leaves, 0, leaves.size());
    }

    /** The order in which the gradients of all leaves are added. */
    public SumTree tree() {
        return SumTree.of(leaves.stream().map(Leaf::path).toList());
    }

    /** The leaves that are computed here. */
    public List<Leaf> ownLeaves() {
        return leaves.subList(from, to);
    }
}
