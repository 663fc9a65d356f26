package shoal.engine;

import shoal.recipe.Require;

/**
 * The decision of the coordinator that ends a step.
 *
 * @param step the step whose reduced gradient is applied, counts from 1
 * @param clip the gradient is multiplied by it unless it is exactly 1
 * @param learningRate of this step
 */
public record Update(int step, double clip, double learningRate) {
    public Update {
        Require.atLeast("step", step, 1);
        Require.range("clip", clip, 0, 1);
        Require.range("learningRate", learningRate, 0, 1e6);
    }
}
