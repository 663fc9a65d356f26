package shoal.recipe;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.json.JsonWriter;

/**
 * Which evaluation is the best one, and what follows from it.
 *
 * @param metric the metric that decides, without "eval_": loss, accuracy, precision, recall or f1;
 *     empty where no evaluation is called the best
 * @param greaterIsBetter HF's greater_is_better
 * @param endsWithBest HF's load_best_model_at_end: the result is the best model, not the last
 * @param patience evaluations without a better one after which a run stops; 0 = it never does
 * @param threshold how much better an evaluation must be to count as better
 * @param checkpointsKept HF's save_total_limit; 0 = all
 * @param modelOnly HF's save_only_model: checkpoints have no moments, so no run goes on from one
 */
public record SelectionRecipe(
        String metric,
        boolean greaterIsBetter,
        boolean endsWithBest,
        int patience,
        double threshold,
        int checkpointsKept,
        boolean modelOnly) {
    /** What an evaluation gives, without "eval_". */
    public static final List<String> METRICS =
            List.of("loss", "accuracy", "precision", "recall", "f1");

    /** Characters of a wrong metric that a message repeats. */
    private static final int METRIC_LENGTH = 100;

    public SelectionRecipe {
        requireNonNull(metric, "metric");
        if (!metric.isEmpty() && !METRICS.contains(metric)) {
            Require.text("metric", metric, METRIC_LENGTH);
            throw new IllegalArgumentException(
                    "metric is "
                            + JsonWriter.quoted(metric)
                            + ", expected one of "
                            + String.join(", ", METRICS)
                            + ", or nothing");
        }
        Require.atLeast("patience", patience, 0);
        Require.range("threshold", threshold, 0, 1e9);
        Require.atLeast("checkpointsKept", checkpointsKept, 0);
    }

    /** With whole checkpoints. */
    public SelectionRecipe(
            String metric,
            boolean greaterIsBetter,
            boolean endsWithBest,
            int patience,
            double threshold,
            int checkpointsKept) {
        this(metric, greaterIsBetter, endsWithBest, patience, threshold, checkpointsKept, false);
    }

    /** The last model is the result, and all checkpoints are kept. */
    public static SelectionRecipe last() {
        return new SelectionRecipe("", false, false, 0, 0, 0);
    }

    /** Whether evaluations are compared. */
    public boolean compares() {
        return !metric.isEmpty();
    }

    /** Whether a run ends before its last step when it gets no better. */
    public boolean stopsEarly() {
        return patience > 0;
    }
}
