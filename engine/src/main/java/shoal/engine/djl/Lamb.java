package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * Lamb (You et al. 2020) in the arithmetic of DeepSpeed's kernel (0.19.8
 * csrc/lamb/fused_lamb_cuda_kernel.cu), every operation one fp32 rounding:
 *
 * <pre>
 *   m = b1 m + (1 - b1) g          g: the gradient times clip
 *   v = b2 v + ((1 - b2) g) g
 *   direction = m / (sqrt(v) + eps) + decay p      or m / sqrt(v + eps) + decay p
 *   p = p - (size ratio) direction                 size: the rate, times sqrt(1 - b2^t) / (1 - b1^t)
 * </pre>
 *
 * <p>Two passes over the state: the first one measures norms of p and direction and stores nothing,
 * so that a step that is never committed leaves no trace; the second one computes the direction
 * again and stores. Block by block in plain Java: bits depend on no vector length, and a block's
 * norms on no cut.
 */
record Lamb(OptimizerRecipe recipe, UpdateRule.Lamb rule) implements Optimizer {
    private static final int BLOCK = StateBlock.ELEMENTS;

    @Override
    public List<UpdateRange> ranges(Unit unit, ElementRange updated) {
        return Optimizer.pieces(unit, updated);
    }

    @Override
    public void measure(Model model, PtNDArray gradient, UpdateRange range, Measuring measuring) {
        StateBlock block = new StateBlock(model, gradient, range);
        float[] directions = new float[BLOCK];
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            block.load(at, BLOCK);
            for (TensorPart part : TensorPart.of(model.table(), range.unit(), at)) {
                turn(block, directions, part, measuring.clip());
                double weight = BlockNorms.squared(block.parameters, part.from(), part.to());
                double direction = BlockNorms.squared(directions, part.from(), part.to());
                if (Double.isFinite(weight) && Double.isFinite(direction)) {
                    measuring.add(part.tensor(), weight, direction);
                } else {
                    measuring.nonFinite(range.unit(), at);
                }
            }
        }
    }

    @Override
    public void update(Model model, PtNDArray gradient, UpdateRange range, Update update) {
        StateBlock block = new StateBlock(model, gradient, range);
        float[] directions = new float[BLOCK];
        float size = size(update);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            block.load(at, BLOCK);
            for (TensorPart part : TensorPart.of(model.table(), range.unit(), at)) {
                turn(block, directions, part, update.clip());
                block.move(part, directions, size * update.ratios().get(part.tensor()));
            }
            block.store(at, BLOCK);
        }
        model.changed(range);
    }

    private float size(Update update) {
        if (!rule.correctsBias()) {
            return (float) update.learningRate();
        }
        double first = 1 - StrictMath.pow(recipe.beta1(), update.step());
        double second = 1 - StrictMath.pow(recipe.beta2(), update.step());
        return (float) (update.learningRate() * StrictMath.sqrt(second) / first);
    }

    /** New moments, and the direction that they give. */
    private void turn(StateBlock block, float[] directions, TensorPart part, double clip) {
        float factor = (float) clip;
        float beta1 = (float) recipe.beta1();
        float beta2 = (float) recipe.beta2();
        float rest1 = 1 - beta1;
        float rest2 = 1 - beta2;
        // Adding 0 to a square or to a root that is not negative changes no bit.
        float inside = rule.epsilonInside() ? (float) recipe.epsilon() : 0;
        float outside = rule.epsilonInside() ? 0 : (float) recipe.epsilon();
        float decay = part.decay(recipe);
        for (int i = part.from(); i < part.to(); i++) {
            float g = block.gradients[i] * factor;
            float m = beta1 * block.firsts[i] + rest1 * g;
            float v = beta2 * block.seconds[i] + rest2 * g * g;
            block.firsts[i] = m;
            block.seconds[i] = v;
            float root = (float) Math.sqrt(v + inside) + outside;
            directions[i] = m / root + decay * block.parameters[i];
        }
    }
}
