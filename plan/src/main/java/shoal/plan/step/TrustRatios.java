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
}
