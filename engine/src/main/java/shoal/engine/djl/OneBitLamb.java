package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.plan.step.BlockNorms;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * 1-bit Lamb in the arithmetic of DeepSpeed's OnebitLamb (0.19.6 runtime/fp16/onebit/lamb.py),
 * every operation one fp32 rounding:
 *
 * <pre>
 *   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g g    up to the freeze; g: the gradient times clip
 *   m' = m;  m = what ranks made of their momentum     after it; v stays
 *   g = (m - b1 m') / (1 - b1)                         what the gradient must have been
 *   f = b2 f + (1 - b2) g g                            begins as v is frozen
 *   direction = m / (sqrt(v) + eps) + decay p
 *   p = p - (rate coefficient) direction               of each tensor: {@link LambFreeze#coefficient}
 * </pre>
 *
 * <p>Two passes, as {@link Lamb} has them. After the freeze the first one measures norms of the
 * direction, without decay and with it, and the largest (sqrt(v) + eps) / (sqrt(f) + eps) of each
 * tensor.
 */
record OneBitLamb(OptimizerRecipe recipe, UpdateRule.OneBitLamb rule, LambFreeze kept)
        implements Optimizer {
    private static final int BLOCK = StateBlock.ELEMENTS;

    /** Arrays of a pass over blocks. */
    private static final class Work {
        final StateBlock state;
        final float[] fresh = new float[BLOCK];
        final float[] plain = new float[BLOCK];
        final float[] directions = new float[BLOCK];

        Work(Model model, PtNDArray gradient, UpdateRange range) {
            this.state = new StateBlock(model, gradient, range);
        }
    }

    @Override
    public Optional<LambFreeze> freeze() {
        return Optional.of(kept);
    }

    @Override
    public List<UpdateRange> ranges(Unit unit, ElementRange updated) {
        return Optimizer.pieces(unit, updated);
    }

    @Override
    public void measure(Model model, PtNDArray gradient, UpdateRange range, Measuring measuring) {
        Work work = new Work(model, gradient, range);
        boolean frozen = rule.compresses(measuring.step());
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            work.state.load(at, BLOCK);
            if (frozen) {
                kept.load(range.unit(), at, work.fresh);
                refresh(work);
                work.state.takeMomentum(BLOCK);
            } else {
                work.state.turn(recipe, BLOCK, measuring.clip());
            }
            for (TensorPart part : TensorPart.of(model.table(), range.unit(), at)) {
                direct(work, part);
                float[] other = frozen ? work.plain : work.state.parameters;
                double square = BlockNorms.squared(other, part.from(), part.to());
                double direction = BlockNorms.squared(work.directions, part.from(), part.to());
                float ratio = frozen ? ratio(work, part) : 0;
                if (Double.isFinite(square)
                        && Double.isFinite(direction)
                        && Float.isFinite(ratio)) {
                    measuring.add(part.tensor(), square, direction);
                    measuring.ratio(part.tensor(), ratio);
                } else {
                    measuring.nonFinite(range.unit(), at);
                }
            }
        }
    }

    @Override
    public void update(Model model, PtNDArray gradient, UpdateRange range, Update update) {
        Work work = new Work(model, gradient, range);
        for (long at = range.from(); at < range.to(); at += BLOCK) {
            work.state.load(at, BLOCK);
            turn(work, range.unit(), at, update);
            for (TensorPart part : TensorPart.of(model.table(), range.unit(), at)) {
                direct(work, part);
                double coefficient = kept.coefficient(part.tensor(), update);
                float step = (float) (update.learningRate() * coefficient);
                work.state.move(part, work.directions, step);
                if (update.step() == rule.freezeStep()) {
                    kept.momentum(
                            part.tensor(),
                            BlockNorms.squared(work.state.firsts, part.from(), part.to()));
                }
            }
            work.state.store(at, BLOCK);
        }
        model.changed(range);
    }

    /** New moments of a block; those that are not frozen go where they are kept. */
    private void turn(Work work, int unit, long at, Update update) {
        boolean owned = kept.owns(unit, at);
        if (rule.compresses(update.step())) {
            if (owned) {
                kept.load(unit, at, work.fresh);
                refresh(work);
                kept.store(unit, at, work.fresh);
            }
            work.state.takeMomentum(BLOCK);
            return;
        }
        work.state.turn(recipe, BLOCK, update.clip());
        if (owned && update.step() == rule.freezeStep()) {
            kept.store(unit, at, work.state.seconds);
        }
    }

    /** The second moment that is not frozen, of what momentum says about the gradient. */
    private void refresh(Work work) {
        float beta1 = (float) recipe.beta1();
        float beta2 = (float) recipe.beta2();
        float rest1 = (float) (1 - recipe.beta1());
        float rest2 = (float) (1 - recipe.beta2());
        float[] before = work.state.firsts;
        float[] momentum = work.state.gradients;
        for (int i = 0; i < BLOCK; i++) {
            float g = (momentum[i] - beta1 * before[i]) / rest1;
            work.fresh[i] = beta2 * work.fresh[i] + rest2 * g * g;
        }
    }

    private void direct(Work work, TensorPart part) {
        StateBlock state = work.state;
        float epsilon = (float) recipe.epsilon();
        float decay = part.decay(recipe);
        for (int i = part.from(); i < part.to(); i++) {
            float plain = state.firsts[i] / ((float) Math.sqrt(state.seconds[i]) + epsilon);
            work.plain[i] = plain;
            work.directions[i] = plain + decay * state.parameters[i];
        }
    }

    private float ratio(Work work, TensorPart part) {
        float epsilon = (float) recipe.epsilon();
        float largest = 0;
        for (int i = part.from(); i < part.to(); i++) {
            float frozen = (float) Math.sqrt(work.state.seconds[i]) + epsilon;
            float real = (float) Math.sqrt(work.fresh[i]) + epsilon;
            largest = Math.max(largest, frozen / real);
        }
        return largest;
    }
}
