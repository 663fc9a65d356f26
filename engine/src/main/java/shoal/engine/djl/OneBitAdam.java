package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * 1-bit Adam in the arithmetic of DeepSpeed's OnebitAdam (0.19.6 runtime/fp16/onebit/adam.py),
 * every operation one fp32 rounding:
 *
 * <pre>
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g g     up to the freeze; g: the gradient times clip
 *   m = g;  v stays                                     after it; g: what ranks made of their momentum
 *   p = p - rate (m / (sqrt(v) + eps) + decay p)
 * </pre>
 *
 * <p>The bias of the moments is not corrected. Block by block in plain Java, as {@link Lamb}.
 */
record OneBitAdam(OptimizerRecipe recipe, UpdateRule.OneBitAdam rule) implements Optimizer {
    private static final int BLOCK = StateBlock.ELEMENTS;

    /** The part that HF decays, then the rest: both in whole native ranges. */
    @Override
    public List<UpdateRange> ranges(Unit unit, ElementRange updated) {
        return AdamW.decayedAndRest(unit, updated);
    }

    @Override
    public void update(Model model, PtNDArray gradient, UpdateRange range, Update update) {
        boolean decays =
                recipe.decaysAll()
                        || range.from() < model.table().units().get(range.unit()).decayedElements();
        StateBlock block = new StateBlock(model, gradient, range);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            int count = (int) Math.min(BLOCK, range.to() - at);
            block.load(at, count);
            if (rule.compresses(update.step())) {
                block.takeMomentum(count);
            } else {
                block.turn(recipe, count, update.clip());
            }
            move(block, count, update.learningRate(), decays ? recipe.weightDecay() : 0);
            block.store(at, count);
        }
        model.changed(range);
    }

    private void move(StateBlock block, int count, double learningRate, double weightDecay) {
        float rate = (float) learningRate;
        float decay = (float) weightDecay;
        float epsilon = (float) recipe.epsilon();
        float[] parameters = block.parameters;
        for (int i = 0; i < count; i++) {
            float direction = block.firsts[i] / ((float) Math.sqrt(block.seconds[i]) + epsilon);
            parameters[i] = parameters[i] - rate * (direction + decay * parameters[i]);
        }
    }
}
