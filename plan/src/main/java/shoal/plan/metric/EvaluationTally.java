package shoal.plan.metric;

import java.util.Arrays;
import shoal.recipe.Require;

/**
 * Counts evaluation rows as they come in, each once and in row order.
 *
 * <p>The loss is HF's: row losses are added in double, each batch of rows-per-device gives its
 * mean, and eval_loss is the unweighted mean of batches, a short last one included.
 *
 * <p>Not for concurrent use; {@link #copy} where a state must not change.
 */
public final class EvaluationTally {
    private final int batchRows;
    private final long[] hits;
    private final long[] predicted;
    private final long[] actual;
    private int rows;
    private double batchLoss;
    private double sumOfMeans;

    /**
     * An empty tally.
     *
     * @param labels classes of the model
     * @param batchRows evaluation rows per device
     */
    public EvaluationTally(int labels, int batchRows) {
        Require.atLeast("labels", labels, 1);
        Require.atLeast("batchRows", batchRows, 1);
        this.batchRows = batchRows;
        this.hits = new long[labels];
        this.predicted = new long[labels];
        this.actual = new long[labels];
    }

    private EvaluationTally(EvaluationTally other) {
        this.batchRows = other.batchRows;
        this.hits = other.hits.clone();
        this.predicted = other.predicted.clone();
        this.actual = other.actual.clone();
        this.rows = other.rows;
        this.batchLoss = other.batchLoss;
        this.sumOfMeans = other.sumOfMeans;
    }

    /** A tally of its own with the same counts. */
    public EvaluationTally copy() {
        return new EvaluationTally(this);
    }

    /** Takes the next row. */
    public void add(double loss, int prediction, int label) {
        Require.range("prediction", prediction, 0, actual.length - 1);
        Require.range("label", label, 0, actual.length - 1);
        predicted[prediction]++;
        actual[label]++;
        if (prediction == label) {
            hits[label]++;
        }
        batchLoss += loss;
        rows++;
        if (rows % batchRows == 0) {
            sumOfMeans += batchLoss / batchRows;
            batchLoss = 0;
        }
    }

    /** Rows taken so far. */
    public int rows() {
        return rows;
    }

    /** The figures of all rows taken; at least one. */
    public EvaluationResult result() {
        Require.atLeast("rows", rows, 1);
        int inLastBatch = rows % batchRows;
        double means = inLastBatch == 0 ? sumOfMeans : sumOfMeans + batchLoss / inLastBatch;
        int batches = rows / batchRows + (inLastBatch == 0 ? 0 : 1);
        return new EvaluationResult(
                rows, means / batches, Classification.of(hits, predicted, actual));
    }

    @Override
    public String toString() {
        return "EvaluationTally[rows=" + rows + ", hits=" + Arrays.stream(hits).sum() + "]";
    }
}
