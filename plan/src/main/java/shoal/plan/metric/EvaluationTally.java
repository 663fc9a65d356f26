package shoal.plan.metric;

import shoal.recipe.Require;

/**
 * Counts evaluation rows as they come in, each once and in row order.
 *
 * <p>The loss is the mean over rows, added in double in row order. That is HF's eval_loss: its
 * evaluation loop repeats each batch's mean once per row and cuts the repeats of a short last batch
 * to the rows it has (transformers 4.57.6 trainer.py, evaluation_loop; accelerate 1.15.0
 * accelerator.py, gather_for_metrics).
 *
 * <p>Not for concurrent use; {@link #copy} where a state must not change.
 */
public final class EvaluationTally {
    private final long[] hits;
    private final long[] predicted;
    private final long[] actual;
    private int rows;
    private double lossSum;

    /** An empty tally for a model of so many classes. */
    public EvaluationTally(int labels) {
        Require.atLeast("labels", labels, 1);
        this.hits = new long[labels];
        this.predicted = new long[labels];
        this.actual = new long[labels];
    }

    private EvaluationTally(EvaluationTally other) {
        this.hits = other.hits.clone();
        this.predicted = other.predicted.clone();
        this.actual = other.actual.clone();
        this.rows = other.rows;
        this.lossSum = other.lossSum;
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
        lossSum += loss;
        rows++;
    }

    /** Rows taken so far. */
    public int rows() {
        return rows;
    }

    /** The figures of all rows taken; at least one. */
    public EvaluationResult result() {
        Require.atLeast("rows", rows, 1);
        return new EvaluationResult(
                rows, lossSum / rows, Classification.of(hits, predicted, actual));
    }
}
