package shoal.plan.step;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adds one value per node of a {@link SumTree} as the values come, in any order, from any thread.
 *
 * <p>Guarantee: which operands meet, and which is left, depends on the tree alone. The first of two
 * siblings waits; who brings the second one adds them, outside the lock.
 */
public final class TreeSum<T> {
    private final SumTree tree;
    private final Set<Integer> ends;
    private final BinaryOperator<T> add;
    private final UnaryOperator<T> keep;

    /** The first child of an inner node, waiting for its sibling. */
    private final List<@Nullable T> waiting;

    /**
     * A finished sum.
     *
     * @param node whose leaves are all in it
     */
    public record Sum<T>(int node, T value) {
        public Sum {
            requireNonNull(value, "value");
        }
    }

    /**
     * A sum that waits for all leaves.
     *
     * @param add left and right operand to their sum; may reuse either
     */
    public TreeSum(SumTree tree, BinaryOperator<T> add) {
        this(tree, List.of(tree.root()), add, value -> value);
    }

    /**
     * A sum up to some nodes.
     *
     * @param ends nodes that are not added to their siblings
     * @param add left and right operand to their sum; may reuse either
     * @param keep called on a value that has to wait, under the lock, for values that are only lent
     */
    public TreeSum(SumTree tree, List<Integer> ends, BinaryOperator<T> add, UnaryOperator<T> keep) {
        this.tree = requireNonNull(tree, "tree");
        this.ends = Set.copyOf(ends);
        this.add = requireNonNull(add, "add");
        this.keep = requireNonNull(keep, "keep");
        this.waiting = new ArrayList<>(Collections.nCopies(tree.nodes(), null));
    }

    /** Takes a node's value; returns the sum of an end if this was the last value it needed. */
    public Optional<Sum<T>> offer(int from, T value) {
        T sum = value;
        int node = from;
        while (!ends.contains(node)) {
            T sibling = exchange(tree.parent(node), sum);
            if (sibling == null) {
                return Optional.empty();
            }
            sum = tree.left(node) ? add.apply(sum, sibling) : add.apply(sibling, sum);
            node = tree.parent(node);
        }
        return Optional.of(new Sum<>(node, sum));
    }

    /** The waiting sibling, or null after leaving this value to wait. */
    private synchronized @Nullable T exchange(int parent, T value) {
        T sibling = waiting.get(parent);
        waiting.set(parent, sibling == null ? keep.apply(value) : null);
        return sibling;
    }
}
