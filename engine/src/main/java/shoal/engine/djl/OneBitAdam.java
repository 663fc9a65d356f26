package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.recipe.Limits;
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
    private static final int BLOCK = Limits.BLOCK_ELEMENTS;

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
        Block block = new Block(model, gradient, range);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            int count = (int) Math.min(BLOCK, range.to() - at);
            block.load(at, count);
            if (rule.compresses(update.step())) {
                block.takeMomentum(count);
            } else {
                block.turn(count, update.clip());
            }
            block.move(count, update.learningRate(), decays ? recipe.weightDecay() : 0);
            block.store(at, count);
        }
        model.moments().changed(range);
    }

    /** At most a block's state in arrays, over which loops are fast. */
    private final class Block {
        private final float[] parameters = new float[BLOCK];
        private final float[] gradients = new float[BLOCK];
        private final float[] firsts = new float[BLOCK];
        private final float[] seconds = new float[BLOCK];
        private final FloatBuffer parameter;
        private final FloatBuffer gradient;
        private final FloatBuffer first;
        private final FloatBuffer second;
        private final long start;
        private final long momentsStart;

        Block(Model model, PtNDArray gradient, UpdateRange range) {
            Moments.Window moments = model.moments().open(range);
            this.parameter = floats(model.parameters().updated(range.unit()));
            this.gradient = floats(gradient);
            this.first = floats(moments.first());
            this.second = floats(moments.second());
            this.start = model.updated(range.unit()).from();
            this.momentsStart = range.from() - moments.offset();
        }

        void load(long at, int count) {
            int index = Math.toIntExact(at - start);
            parameter.get(index, parameters, 0, count);
            gradient.get(index, gradients, 0, count);
            first.get(Math.toIntExact(at - momentsStart), firsts, 0, count);
            second.get(Math.toIntExact(at - momentsStart), seconds, 0, count);
        }

        void turn(int count, double clip) {
            float factor = (float) clip;
            float beta1 = (float) recipe.beta1();
            float beta2 = (float) recipe.beta2();
            float rest1 = (float) (1 - recipe.beta1());
            float rest2 = (float) (1 - recipe.beta2());
            for (int i = 0; i < count; i++) {
                float g = gradients[i] * factor;
                firsts[i] = beta1 * firsts[i] + rest1 * g;
                seconds[i] = beta2 * seconds[i] + rest2 * g * g;
            }
        }

        void takeMomentum(int count) {
            System.arraycopy(gradients, 0, firsts, 0, count);
        }

        void move(int count, double learningRate, double weightDecay) {
            float rate = (float) learningRate;
            float decay = (float) weightDecay;
            float epsilon = (float) recipe.epsilon();
            for (int i = 0; i < count; i++) {
                float direction = firsts[i] / ((float) Math.sqrt(seconds[i]) + epsilon);
                parameters[i] = parameters[i] - rate * (direction + decay * parameters[i]);
            }
        }

        void store(long at, int count) {
            int index = Math.toIntExact(at - start);
            parameter.put(index, parameters, 0, count);
            first.put(Math.toIntExact(at - momentsStart), firsts, 0, count);
            second.put(Math.toIntExact(at - momentsStart), seconds, 0, count);
        }
    }

    private static FloatBuffer floats(PtNDArray tensor) {
        return tensor.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
