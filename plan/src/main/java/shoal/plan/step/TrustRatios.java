package shoal.plan.step;

import java.util.ArrayList;
import java.util.List;
import shoal.recipe.UpdateRule;

/**
 * Lamb's trust ratios: how far each tensor's own norm lets it move (You et al. 2020,
 * arXiv:1904.00962; bounds as in deepspeed 0.19.8 csrc/lamb/fused_lamb_cuda_kernel.cu).
 */
public final class TrustRatios {
    private TrustRatios() {}

    /** The ratio of every tensor, in the order of the table of parameters; 1 where a norm is 0. */
    public static List<Float> of(TensorSquares squares, UpdateRule.Lamb rule) {
        List<Float> ratios = new ArrayList<>();
        for (int tensor = 0; tensor < squares.tensors(); tensor++) {
            double weight = squares.weightNorm(tensor);
            double direction = squares.directionNorm(tensor);
            double ratio = weight / direction;
            double bounded = Math.max(rule.minRatio(), Math.min(rule.maxRatio(), ratio));
            ratios.add(weight == 0 || direction == 0 ? 1f : (float) bounded);
        }
        return List.copyOf(ratios);
    }

    /**
     * What frozen ratios are to be multiplied by, within the rule's bounds (Li et al. 2021,
     * arXiv:2104.06069, algorithm 1; deepspeed 0.19.6 runtime/fp16/onebit/lamb.py): the largest
     * ratio of denominators, as far as the direction is not decay.
     *
     * @param squares of each tensor, of its direction without decay in the place of weights, and of
     *     its direction
     * @param largest ratio of the frozen denominator to one that is not, in each tensor
     */
    public static List<Float> factors(
            TensorSquares squares, List<Float> largest, UpdateRule.Factors bounds) {
        List<Float> factors = new ArrayList<>();
        for (int tensor = 0; tensor < squares.tensors(); tensor++) {
            double direction = squares.directionNorm(tensor);
            double share = Math.min(1, squares.weightNorm(tensor) / direction);
            double counted = direction == 0 ? 1 : share;
            double factor = largest.get(tensor) * counted + (1 - counted);
            factors.add((float) Math.max(bounds.min(), Math.min(bounds.max(), factor)));
        }
        return List.copyOf(factors);
    }
}
