package shoal.engine;

import java.util.List;
import shoal.recipe.Require;

/**
 * The decision of the coordinator that ends a step.
 *
 * @param step the step whose reduced gradient is applied, counts from 1
 * @param clip the gradient is multiplied by it unless it is exactly 1; undoes the loss scale too
 * @param learningRate of this step
 * @param ratios Lamb's trust ratio of each tensor, in the order of the table, or the factor of a
 *     frozen one; else empty
 * @param count updates of the run, this one included: what Adam corrects the bias of its moments by
 * @param skipped whether nothing is applied, since the gradient is not finite
 */
public record Update(
        int step,
        double clip,
        double learningRate,
        List<Float> ratios,
        int count,
        boolean skipped) {
    public Update {
        Require.atLeast("step", step, 1);
        Require.range("clip", clip, 0, Double.MAX_VALUE);
        Require.range("learningRate", learningRate, 0, 1e6);
        ratios = List.copyOf(ratios);
        Require.range("count", count, skipped ? 0 : 1, step);
    }

    /** An update in a run that skips nothing. */
    public Update(int step, double clip, double learningRate, List<Float> ratios) {
        this(step, clip, learningRate, ratios, step, false);
    }

    /** An update by a rule that has no trust ratios. */
    public Update(int step, double clip, double learningRate) {
        this(step, clip, learningRate, List.of());
    }
}
