package shoal.plan.log;

import static java.util.Objects.requireNonNull;

import java.util.OptionalDouble;
import shoal.recipe.Require;
import shoal.recipe.SelectionRecipe;

/**
 * Which evaluation is the best one so far, and whether the run stops: an immutable fold over
 * evaluations and checkpoints (transformers 4.57.6 trainer.py, _determine_best_metric and
 * _save_checkpoint; trainer_callback.py, EarlyStoppingCallback).
 *
 * @param bestMetric HF's best_metric: infinite after an evaluation that gave no number
 * @param bestStep step of the best evaluation; 0 = none
 * @param bestCheckpoint step of the checkpoint that holds the best model; 0 = none
 * @param misses evaluations in a row that were not better: HF's early_stopping_patience_counter
 * @param stopped whether the last evaluation ended the run
 */
public record Selection(
        OptionalDouble bestMetric, int bestStep, int bestCheckpoint, int misses, boolean stopped) {
    public Selection {
        requireNonNull(bestMetric, "bestMetric");
        Require.atLeast("bestStep", bestStep, 0);
        Require.range("bestCheckpoint", bestCheckpoint, 0, bestStep);
        Require.atLeast("misses", misses, 0);
    }

    /** Nothing is evaluated. */
    public static Selection none() {
        return new Selection(OptionalDouble.empty(), 0, 0, 0, false);
    }

    /**
     * After an evaluation at a step. HF asks the callback that stops early before it notes a new
     * best metric, so the callback compares with the best of the evaluations before.
     *
     * @param row of the log
     */
    public Selection evaluated(SelectionRecipe recipe, LogRow row, int step) {
        if (!recipe.compares()) {
            return this;
        }
        double metric = row.number("eval_" + recipe.metric()).orElseThrow();
        int missed = missesAfter(recipe, metric);
        boolean stops = recipe.stopsEarly() && missed >= recipe.patience();
        if (step == 0) {
            // HF evaluates on start without looking for the best.
            return new Selection(bestMetric, bestStep, bestCheckpoint, missed, stops);
        }
        double worst =
                recipe.greaterIsBetter() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        double before = bestMetric.orElse(worst);
        return isBetter(recipe, metric, before)
                ? new Selection(OptionalDouble.of(metric), step, bestCheckpoint, missed, stops)
                : new Selection(OptionalDouble.of(before), bestStep, bestCheckpoint, missed, stops);
    }

    /** After the checkpoint of a step was saved. */
    public Selection saved(int step) {
        return step == bestStep ? new Selection(bestMetric, bestStep, step, misses, stopped) : this;
    }

    private int missesAfter(SelectionRecipe recipe, double metric) {
        boolean better =
                bestMetric.isEmpty()
                        || (isBetter(recipe, metric, bestMetric.getAsDouble())
                                && Math.abs(metric - bestMetric.getAsDouble())
                                        > recipe.threshold());
        return better ? 0 : misses + 1;
    }

    private static boolean isBetter(SelectionRecipe recipe, double metric, double than) {
        return recipe.greaterIsBetter() ? metric > than : metric < than;
    }
}
