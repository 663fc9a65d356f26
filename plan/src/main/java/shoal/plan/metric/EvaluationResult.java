package shoal.plan.metric;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * What one pass over the evaluation data says of a model.
 *
 * @param rows how many
 * @param loss mean over rows: HF's eval_loss
 * @param metrics of the predictions
 */
public record EvaluationResult(int rows, double loss, Classification metrics) {
    public EvaluationResult {
        Require.atLeast("rows", rows, 1);
        requireNonNull(metrics, "metrics");
    }
}
