package shoal.plan.step;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import shoal.recipe.Require;

/**
 * The order in which a step's leaves are added: slices of a round, then rounds, then ranks, each by
 * {@link ReductionTree}'s rule (docs/design.md, section 2).
 *
 * <p>Leaves are nodes 0 to n - 1 in the order given; an inner node has exactly two children, both
 * with lower numbers, since absent leaves are passed over. The root has parent -1. Numbers are a
 * function of the leaves' paths, so that two processes mean the same node by a number. Immutable.
 */
public final class SumTree {
    private final List<Integer> parents = new ArrayList<>();
    private final List<Boolean> lefts = new ArrayList<>();
    private final List<Integer> firsts = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private final int leaves;

    private SumTree(int leaves) {
        this.leaves = leaves;
        for (int leaf = 0; leaf < leaves; leaf++) {
            newNode(leaf, leaf + 1);
        }
    }

    /** The tree of these leaves, at least one, in the order of rank, round and slice. */
    public static SumTree of(List<LeafPath> leaves) {
        Require.atLeast("leaves.size", leaves.size(), 1);
        SumTree tree = new SumTree(leaves.size());
        List<Integer> all = new ArrayList<>();
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            all.add(leaf);
        }
        tree.combine(leaves, all, 0);
        return tree;
    }

    public int leaves() {
        return leaves;
    }

    public int nodes() {
        return parents.size();
    }

    /** The node of all leaves. */
    public int root() {
        return nodes() - 1;
    }

    /** The node whose sum this one is part of, or -1. */
    int parent(int node) {
        return parents.get(node);
    }

    /** Whether this node is its parent's left operand. */
    boolean left(int node) {
        return lefts.get(node);
    }

    /** The leaves of a node, which are a run since leaves come in the order of their paths. */
    public ReductionTree.Node run(int node) {
        return new ReductionTree.Node(firsts.get(node), ends.get(node));
    }

    /**
     * The node of a run of leaves; all leaves of a rank are one.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int nodeOf(int from, int to) {
        List<Integer> nodes = covering(from, to);
        if (nodes.size() != 1) {
            throw new IllegalArgumentException("leaves " + from + " to " + to + " are no node");
        }
        return nodes.get(0);
    }

    /** The largest nodes whose leaves all lie in a run of leaves, ascending; none for no leaves. */
    public List<Integer> covering(int from, int to) {
        Require.range("from", from, 0, leaves);
        Require.range("to", to, from, leaves);
        boolean[] outside = new boolean[nodes()];
        for (int node = 0; node < nodes(); node++) {
            outside[node] |= node < leaves && (node < from || node >= to);
            if (outside[node] && parent(node) >= 0) {
                outside[parent(node)] = true;
            }
        }
        List<Integer> largest = new ArrayList<>();
        for (int node = 0; node < nodes(); node++) {
            if (!outside[node] && (parent(node) < 0 || outside[parent(node)])) {
                largest.add(node);
            }
        }
        return largest;
    }

    /** The node of these leaves, whose paths agree above a level. */
    private int combine(List<LeafPath> paths, List<Integer> members, int level) {
        if (level == LeafPath.levels()) {
            if (members.size() > 1) {
                throw new IllegalArgumentException(
                        "leaves " + members + " have the same rank, round and slice");
            }
            return members.get(0);
        }
        TreeMap<Integer, List<Integer>> groups = new TreeMap<>();
        for (int leaf : members) {
            groups.computeIfAbsent(paths.get(leaf).at(level), index -> new ArrayList<>()).add(leaf);
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
        int parent = newNode(firsts.get(left), ends.get(right));
        parents.set(left, parent);
        parents.set(right, parent);
        lefts.set(left, true);
        return parent;
    }

    private int newNode(int first, int end) {
        firsts.add(first);
        ends.add(end);
        parents.add(-1);
        lefts.add(false);
        return parents.size() - 1;
    }
}
