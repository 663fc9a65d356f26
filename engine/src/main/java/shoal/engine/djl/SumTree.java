package shoal.engine.djl;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import shoal.engine.Leaf;
import shoal.plan.step.ReductionTree;

/**
 * The order in which a step's leaves are added: slices of a round, then rounds, then ranks, each by
 * {@link ReductionTree}'s rule (docs/design.md, section 2).
 *
 * <p>Leaves are nodes 0 to n - 1 in the order given; an inner node has exactly two children, since
 * absent leaves are passed over. The root has parent -1. Immutable.
 */
final class SumTree {
    private final List<Integer> parents = new ArrayList<>();
    private final List<Boolean> lefts = new ArrayList<>();
    private final int leaves;

    private SumTree(int leaves) {
        this.leaves = leaves;
        for (int leaf = 0; leaf < leaves; leaf++) {
            newNode();
        }
    }

    static SumTree of(List<Leaf> leaves) {
        SumTree tree = new SumTree(leaves.size());
        List<int[]> paths = new ArrayList<>();
        List<Integer> all = new ArrayList<>();
        for (Leaf leaf : leaves) {
            all.add(paths.size());
            paths.add(new int[] {leaf.rank(), leaf.round(), leaf.slice()});
        }
        tree.combine(paths, all, 0);
        return tree;
    }

    int leaves() {
        return leaves;
    }

    int nodes() {
        return parents.size();
    }

    /** The node whose sum this one is part of, or -1. */
    int parent(int node) {
        return parents.get(node);
    }

    /** Whether this node is its parent's left operand. */
    boolean left(int node) {
        return lefts.get(node);
    }

    /** The node of these leaves, whose paths agree above a level. */
    private int combine(List<int[]> paths, List<Integer> members, int level) {
        if (level == paths.get(0).length) {
            if (members.size() > 1) {
                throw new IllegalArgumentException(
                        "leaves " + members + " have the same rank, round and slice");
            }
            return members.get(0);
        }
        TreeMap<Integer, List<Integer>> groups = new TreeMap<>();
        for (int leaf : members) {
            groups.computeIfAbsent(paths.get(leaf)[level], index -> new ArrayList<>()).add(leaf);
        }
        TreeMap<Integer, Integer> nodes = new TreeMap<>();
        groups.forEach((index, group) -> nodes.put(index, combine(paths, group, level + 1)));
        return sum(nodes, 0, nodes.lastKey() + 1);
    }

    /** The node of children {@code from} to {@code to - 1}, or -1 if all are absent. */
    private int sum(SortedMap<Integer, Integer> nodes, int from, int to) {
        SortedMap<Integer, Integer> present = nodes.subMap(from, to);
        if (present.size() < 2) {
            return present.isEmpty() ? -1 : present.values().iterator().next();
        }
        int middle = from + ReductionTree.leftLeaves(to - from);
        int left = sum(nodes, from, middle);
        int right = sum(nodes, middle, to);
        if (left < 0 || right < 0) {
            return Math.max(left, right);
        }
        int parent = newNode();
        parents.set(left, parent);
        parents.set(right, parent);
        lefts.set(left, true);
        return parent;
    }

    private int newNode() {
        parents.add(-1);
        lefts.add(false);
        return parents.size() - 1;
    }
}
