package shoal.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.plan.step.SumTree;
import shoal.recipe.Require;

/**
 * What forward and backward of one step need.
 *
 * @param step counts from 1: part of the key of dropout masks
 * @param leaves all leaves of the step, by rank, round, slice
 * @param from first leaf that is computed here
 * @param to leaf after the last one that is computed here
 * @param rankByRank sums are given out for single ranks, all of whose leaves are computed here;
 *     else for the largest nodes
 * @param lossScale losses are multiplied by it before they are differentiated, so that the gradient
 *     is too; row losses are not
 */
public record StepWork(
        int step, List<Leaf> leaves, int from, int to, boolean rankByRank, double lossScale) {
    public StepWork {
        Require.atLeast("step", step, 1);
        leaves = List.copyOf(leaves);
        Require.atLeast("leaves.size", leaves.size(), 1);
        Require.range("from", from, 0, leaves.size());
        Require.range("to", to, from, leaves.size());
        Require.range("lossScale", lossScale, 0, Double.POSITIVE_INFINITY);
    }

    /** Losses as they are. */
    public StepWork(int step, List<Leaf> leaves, int from, int to, boolean rankByRank) {
        this(step, leaves, from, to, rankByRank, 1);
    }

    /** Sums are given out for the largest nodes. */
    public StepWork(int step, List<Leaf> leaves, int from, int to) {
        this(step, leaves, from, to, false);
    }

    /** All leaves are computed here. */
    public StepWork(int step, List<Leaf> leaves) {
        this(step, leaves, 0, leaves.size());
    }

    /** The same with losses scaled. */
    public StepWork scaled(double scale) {
        return new StepWork(step, leaves, from, to, rankByRank, scale);
    }

    /** The order in which the gradients of all leaves are added. */
    public SumTree tree() {
        return SumTree.of(leaves.stream().map(Leaf::path).toList());
    }

    /**
     * The nodes whose sums are given out.
     *
     * @param tree this step's
     */
    public List<Integer> ends(SumTree tree) {
        return rankByRank
                ? List.copyOf(ranks(tree).keySet())
                : List.copyOf(tree.covering(from, to));
    }

    /**
     * The ranks that are computed here, each by the node of its leaves.
     *
     * @param tree this step's
     */
    public Map<Integer, Integer> ranks(SumTree tree) {
        Map<Integer, Integer> ranks = new LinkedHashMap<>();
        int first = from;
        for (int end = from + 1; end <= to; end++) {
            int rank = leaves.get(first).rank();
            if (end == to || leaves.get(end).rank() != rank) {
                ranks.put(tree.nodeOf(first, end), rank);
                first = end;
            }
        }
        return ranks;
    }

    /** The leaves that are computed here. */
    public List<Leaf> ownLeaves() {
        return leaves.subList(from, to);
    }
}
