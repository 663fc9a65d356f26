package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.recipe.Limits;
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
    private static final int BLOCK = Limits.BLOCK_ELEMENTS;

    @Override
    public List<UpdateRange> ranges(Unit unit, ElementRange updated) {
        return Optimizer.pieces(unit, updated);
    }

    @Override
    public void measure(Model model, PtNDArray gradient, UpdateRange range, Measuring measuring) {
        Block block = new Block(model, gradient, range);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            block.load(at);
            for (Part part : parts(model, range.unit(), at)) {
                block.turn(part, measuring.clip());
                double weight = BlockNorms.squared(block.parameters, part.from, part.to);
                double direction = BlockNorms.squared(block.directions, part.from, part.to);
                if (Double.isFinite(weight) && Double.isFinite(direction)) {
                    measuring.add(part.tensor, weight, direction);
                } else {
                    measuring.nonFinite(range.unit(), at);
                }
            }
        }
    }

    @Override
    public void update(Model model, PtNDArray gradient, UpdateRange range, Update update) {
        Block block = new Block(model, gradient, range);
        float size = size(update);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            block.load(at);
            for (Part part : parts(model, range.unit(), at)) {
                block.turn(part, update.clip());
                block.move(part, size * update.ratios().get(part.tensor));
            }
            block.store(at);
        }
        model.moments().changed(range);
    }

    private float size(Update update) {
        if (!rule.correctsBias()) {
            return (float) update.learningRate();
        }
        double first = 1 - StrictMath.pow(recipe.beta1(), update.step());
        double second = 1 - StrictMath.pow(recipe.beta2(), update.step());
        return (float) (update.learningRate() * StrictMath.sqrt(second) / first);
    }

    /**
     * What a block has of one tensor.
     *
     * @param from index in the block
     * @param to index after the last one
     */
    private record Part(int tensor, int from, int to, float decay) {}

    private List<Part> parts(Model model, int unit, long blockStart) {
        List<Part> parts = new ArrayList<>();
        int tensor = 0;
        for (Unit each : model.table().units().subList(0, unit)) {
            tensor += each.parameters().size();
        }
        for (Parameter parameter : model.table().units().get(unit).parameters()) {
            long from = Math.max(0, parameter.offsetElements() - blockStart);
            long end = parameter.offsetElements() + parameter.sizeElements();
            long to = Math.min(BLOCK, end - blockStart);
            boolean decays = recipe.decaysAll() || parameter.decayed();
            if (from < to) {
                float decay = decays ? (float) recipe.weightDecay() : 0;
                parts.add(new Part(tensor, (int) from, (int) to, decay));
            }
            tensor++;
        }
        return parts;
    }

    /** A block's state in arrays, over which loops are fast. */
    private final class Block {
        final float[] parameters = new float[BLOCK];
        final float[] directions = new float[BLOCK];
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

        void load(long at) {
            int index = Math.toIntExact(at - start);
            parameter.get(index, parameters);
            gradient.get(index, gradients);
            first.get(Math.toIntExact(at - momentsStart), firsts);
            second.get(Math.toIntExact(at - momentsStart), seconds);
        }

        /** New moments, and the direction that they give. */
        void turn(Part part, double clip) {
            float factor = (float) clip;
            float beta1 = (float) recipe.beta1();
            float beta2 = (float) recipe.beta2();
            float rest1 = 1 - beta1;
            float rest2 = 1 - beta2;
            // Adding 0 to a square or to a root that is not negative changes no bit.
            float inside = rule.epsilonInside() ? (float) recipe.epsilon() : 0;
            float outside = rule.epsilonInside() ? 0 : (float) recipe.epsilon();
            for (int i = part.from; i < part.to; i++) {
                float g = gradients[i] * factor;
                float m = beta1 * firsts[i] + rest1 * g;
                float v = beta2 * seconds[i] + rest2 * g * g;
                firsts[i] = m;
                seconds[i] = v;
                float root = (float) Math.sqrt(v + inside) + outside;
                directions[i] = m / root + part.decay * parameters[i];
            }
        }

        void move(Part part, float step) {
            for (int i = part.from; i < part.to; i++) {
                parameters[i] = parameters[i] - step * directions[i];
            }
        }

        void store(long at) {
            int index = Math.toIntExact(at - start);
            parameter.put(index, parameters);
            first.put(Math.toIntExact(at - momentsStart), firsts);
            second.put(Math.toIntExact(at - momentsStart), seconds);
        }
    }

    private static FloatBuffer floats(PtNDArray tensor) {
        return tensor.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
