package shoal.engine.djl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adds one value per leaf of a {@link SumTree} as the values come, in any order, from any thread.
 *
 * <p>Guarantee: which operands meet, and which is left, depends on the tree alone. The first of two
 * siblings waits; who brings the second one adds them, outside the lock.
 */
final class TreeSum<T> {
    private final SumTree tree;
    private final BinaryOperator<T> add;

    /** The first child of an inner node, waiting for its sibling. */
    private final List<@Nullable T> waiting;

    /**
     * A sum that waits for all leaves.
     *
     * @param add left and right operand to their sum; may reuse either
     */
    TreeSum(SumTree tree, BinaryOperator<T> add) {
        this.tree = tree;
        this.add = add;
        this.waiting = new ArrayList<>(Collections.nCopies(tree.nodes(), null));
    }

    /** Takes a leaf's value; returns the total if it was the last one. */
    Optional<T> offer(int leaf, T value) {
        T sum = value;
        for (int node = leaf; tree.parent(node) >= 0; node = tree.parent(node)) {
            T sibling = exchange(tree.parent(node), sum);
            if (sibling == null) {
                return Optional.empty();
            }
            sum = tree.left(node) ? add.apply(sum, sibling) : add.apply(sibling, sum);
        }
        return Optional.of(sum);
    }

    /** The waiting sibling, or null after leaving this value to wait. */
    private synchronized @Nullable T exchange(int parent, T value) {
        T sibling = waiting.get(parent);
        waiting.set(parent, sibling == null ? value : null);
        return sibling;
    }
}
