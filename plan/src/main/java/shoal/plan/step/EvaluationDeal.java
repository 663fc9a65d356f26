package shoal.plan.step;

import java.util.List;
import java.util.stream.IntStream;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Which evaluation rows each worker computes: whole batches of the recipe, so that products are cut
 * alike however many workers there are, in contiguous runs of equal length.
 */
public final class EvaluationDeal {
    /** Consecutive rows, {@code from} included, {@code to} not; none if they are equal. */
    public record Rows(int from, int to) {
        public Rows {
            Require.atLeast("from", from, 0);
            Require.atLeast("to", to, from);
        }

        public boolean isEmpty() {
            return from == to;
        }

        public int count() {
            return to - from;
        }
    }

    private EvaluationDeal() {}

    /**
     * The rows of each worker, in order.
     *
     * @param rows of the evaluation file
     * @param batchRows rows of a batch
     * @param workers of the generation
     */
    public static List<Rows> of(int rows, int batchRows, int workers) {
        Require.range("rows", rows, 0, Limits.ROWS);
        Require.atLeast("batchRows", batchRows, 1);
        Require.atLeast("workers", workers, 1);
        long batches = ((long) rows + batchRows - 1) / batchRows;
        return IntStream.range(0, workers)
                .mapToObj(
                        worker ->
                                new Rows(
                                        end(rows, batchRows, batches * worker / workers),
                                        end(rows, batchRows, batches * (worker + 1) / workers)))
                .toList();
    }

    private static int end(int rows, int batchRows, long batches) {
        return (int) Math.min(rows, batches * batchRows);
    }
}
