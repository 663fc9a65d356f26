package shoal.engine;

import java.util.List;
import shoal.recipe.Require;

/**
 * The decision of the coordinator that ends a step.
 *
 * @param step the step whose reduced gradient is applied, counts from 1
 * @param clip the gradient is multiplied by it unless it is exactly 1
 * @param learningRate of this step
 * @param ratios Lamb's trust ratio of each tensor, in the order of the table, or the factor of a
 *     frozen one; else empty
 */
public record Update(int step, double clip, double learningRate, List<Float> ratios) {
    public Update {
        Require.atLeast("step", step, 1);
        Require.range("clip", clip, 0, 1);
        Require.range("learningRate", learningRate, 0, 1e6);
        ratios = List.copyOf(ratios);
    }

    /** An update by a rule that has no trust ratios. */
    public Update(int step, double clip, double learningRate) {
        this(step, clip, learningRate, List.of());
    }
}
