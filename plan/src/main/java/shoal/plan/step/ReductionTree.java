package shoal.plan.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import shoal.recipe.Require;

/**
 * The one order in which floating-point sums are taken: n children are tree(first k) + tree(rest),
 * k the largest power of two below n. An absent leaf passes its sibling up unchanged.
 *
 * <p>The left operand of every addition is the node with the lower leaves.
 */
public final class ReductionTree {
    private ReductionTree() {}

    /** The sum of all leaves in tree order; empty when every leaf is absent. */
    public static <T> Optional<T> sum(List<Optional<T>> leaves, BinaryOperator<T> add) {
        Accumulator<T> accumulator = new Accumulator<>(add);
        leaves.forEach(leaf -> leaf.ifPresentOrElse(accumulator::add, accumulator::addAbsent));
        return accumulator.sum();
    }

    /** How many leaves the left child of a node of n leaves has: the largest power of two < n. */
    public static int leftLeaves(int leaves) {
        Require.atLeast("leaves", leaves, 2);
        return Integer.highestOneBit(leaves - 1);
    }

    /** A node of the tree by its leaves, {@code from} included, {@code to} not. */
    public record Node(int from, int to) {
        public Node {
            Require.atLeast("from", from, 0);
            Require.atLeast("to", to, from + 1L);
        }
    }

    /** The largest nodes of a tree of n leaves that together hold exactly the given run of them. */
    public static List<Node> covering(int leaves, Node run) {
        Require.atLeast("leaves", leaves, run.to());
        List<Node> found = new ArrayList<>();
        cover(new Node(0, leaves), run, found);
        return List.copyOf(found);
    }

    private static void cover(Node node, Node run, List<Node> found) {
        if (node.to() <= run.from() || run.to() <= node.from()) {
            return;
        }
        if (run.from() <= node.from() && node.to() <= run.to()) {
            found.add(node);
            return;
        }
        int middle = node.from() + leftLeaves(node.to() - node.from());
        cover(new Node(node.from(), middle), run, found);
        cover(new Node(middle, node.to()), run, found);
    }

    /**
     * Takes leaves one by one and holds only the partial sums that the tree needs: at most
     * log2(leaves) + 1.
     *
     * <p>{@code add(left, right)} may reuse either operand for its result; both are forgotten here.
     * Not for concurrent use.
     */
    public static final class Accumulator<T> {
        private final BinaryOperator<T> add;

        /** Complete nodes, sizes falling: one for each set bit of {@link #leaves}. */
        private final List<Optional<T>> nodes = new ArrayList<>();

        private int leaves;

        public Accumulator(BinaryOperator<T> add) {
            this.add = add;
        }

        /** Takes the next leaf. */
        public void add(T leaf) {
            push(Optional.of(leaf));
        }

        /** The next leaf is empty. */
        public void addAbsent() {
            push(Optional.empty());
        }

        /** Leaves taken so far, absent ones included. */
        public int leaves() {
            return leaves;
        }

        /** The sum of all leaves taken; may be called once, at the end. */
        public Optional<T> sum() {
            Optional<T> sum = Optional.empty();
            for (int i = nodes.size() - 1; i >= 0; i--) {
                sum = join(nodes.get(i), sum);
            }
            nodes.clear();
            leaves = 0;
            return sum;
        }

        private void push(Optional<T> leaf) {
            Optional<T> node = leaf;
            for (int size = leaves; (size & 1) == 1; size >>= 1) {
                node = join(nodes.remove(nodes.size() - 1), node);
            }
            nodes.add(node);
            leaves++;
        }

        private Optional<T> join(Optional<T> left, Optional<T> right) {
            if (left.isEmpty() || right.isEmpty()) {
                return left.or(() -> right);
            }
            return Optional.of(add.apply(left.get(), right.get()));
        }
    }
}
