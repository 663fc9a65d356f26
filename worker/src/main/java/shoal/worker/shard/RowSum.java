package shoal.worker.shard;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.plan.step.SparseRows;
import shoal.plan.step.SumTree;
import shoal.plan.step.TreeSum;

/**
 * One step's gradient of the embeddings: rows of all nodes, merged in the order of the reduction
 * tree, then put into their places in the range that a worker updates. From any thread.
 */
final class RowSum {
    private final ElementRange range;
    private final int width;
    private final FloatBuffer result;
    private final TreeSum<SparseRows> sum;

    /** What has come of nodes whose end has not. Guarded by this. */
    private final Map<Integer, List<SparseRows>> coming = new HashMap<>();

    /**
     * A sum of all leaves.
     *
     * @param range elements of the unit that are kept
     * @param width elements of a row
     * @param result takes them; zero everywhere
     */
    RowSum(SumTree tree, ElementRange range, int width, FloatBuffer result) {
        this.range = range;
        this.width = width;
        this.result = result;
        this.sum = new TreeSum<>(tree, SparseRows::sum);
    }

    /** Takes some rows of a node's sum, which follow those that came before. */
    synchronized void add(int node, SparseRows rows) {
        coming.computeIfAbsent(node, none -> new ArrayList<>()).add(rows);
    }

    /** All rows of a node have come; returns the rows that are set if it was the last node. */
    Optional<SparseRows> end(int node) {
        List<SparseRows> parts;
        synchronized (this) {
            parts = coming.getOrDefault(node, List.of());
            coming.remove(node);
        }
        SparseRows rows = SparseRows.join(width, parts);
        Optional<SparseRows> total = sum.offer(node, rows).map(TreeSum.Sum::value);
        total.ifPresent(this::scatter);
        return total;
    }

    /** Sets the places of these rows to zero again. */
    static void clear(SparseRows rows, ElementRange range, FloatBuffer result) {
        SparseRows zeros =
                new SparseRows(rows.width(), rows.starts(), new float[rows.values().length]);
        scatter(zeros, range, result);
    }

    private void scatter(SparseRows rows) {
        scatter(rows, range, result);
    }

    private static void scatter(SparseRows rows, ElementRange range, FloatBuffer result) {
        for (int i = 0; i < rows.rows(); i++) {
            long start = rows.starts()[i];
            long from = Math.max(start, range.from());
            long to = Math.min(start + rows.width(), range.to());
            if (from < to) {
                result.put(
                        (int) (from - range.from()),
                        rows.values(),
                        i * rows.width() + (int) (from - start),
                        (int) (to - from));
            }
        }
    }
}
