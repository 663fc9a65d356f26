package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.recipe.Limits;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * AdamW and Adam by libtorch's fused operators, over ranges of flat units.
 *
 * <p>The operator works in vectors and finishes a range's tail element by element, with other bits.
 * So a range starts and ends on a multiple of 16 elements, decay boundaries included, and then bits
 * do not depend on how units are cut.
 */
final class AdamW {
    /** Elements of one piece of work: a few milliseconds, and many pieces for several lanes. */
    private static final long PIECE_ELEMENTS = 1 << 20;

    /** The kernel's function of a rule. */
    private static final UpdateRule.Handler<String> OPERATOR =
            new UpdateRule.Handler<>() {
                @Override
                public String adamW(UpdateRule.AdamW rule) {
                    return "adamw";
                }

                @Override
                public String adam(UpdateRule.Adam rule) {
                    return "adam";
                }
            };

    /**
     * A part of a unit with one weight decay.
     *
     * @param from first element, a multiple of 16
     * @param to element after the last one, a multiple of 16
     */
    record Range(int unit, long from, long to, boolean decays) {
        Range {
            if (from % Limits.NATIVE_RANGE_ELEMENTS != 0
                    || to % Limits.NATIVE_RANGE_ELEMENTS != 0
                    || from < 0
                    || to <= from) {
                throw new IllegalArgumentException(
                        "range %d to %d of unit %d, expected multiples of %d"
                                .formatted(from, to, unit, Limits.NATIVE_RANGE_ELEMENTS));
            }
        }
    }

    private final Kernel kernel;
    private final OptimizerRecipe recipe;

    AdamW(Kernel kernel, OptimizerRecipe recipe) {
        this.kernel = kernel;
        this.recipe = recipe;
    }

    /** A range of a unit in pieces: the part that HF decays, then the rest. */
    List<Range> ranges(Unit unit, ElementRange updated) {
        List<Range> ranges = new ArrayList<>();
        ElementRange rest = updated.common(unit.decayedElements(), unit.sizeElements());
        cut(unit, updated.common(0, unit.decayedElements()), true, ranges);
        cut(unit, rest, recipe.decaysAll(), ranges);
        return ranges;
    }

    /**
     * Applies the gradient, times clip unless that is exactly 1, to one range. On a lane.
     *
     * @param gradient of what is updated here of the range's unit
     */
    void update(Model model, PtNDArray gradient, Range range, Update update) {
        int unit = range.unit();
        try (NativeBuffer step = NativeBuffer.zeros(kernel, 1)) {
            step.floats().put(0, update.step());
            kernel.call(recipe.rule().accept(OPERATOR))
                    .tensors(
                            model.parameters().updated(unit),
                            gradient,
                            model.firstMoment(unit).tensor(),
                            model.secondMoment(unit).tensor())
                    .number(range.from() - model.updated(unit).from())
                    .number(range.to() - range.from())
                    .tensor(step.tensor())
                    .real(update.clip())
                    .real(update.learningRate())
                    .real(recipe.beta1())
                    .real(recipe.beta2())
                    .real(range.decays() ? recipe.weightDecay() : 0)
                    .real(recipe.epsilon())
                    .discard();
        }
    }

    private static void cut(Unit unit, ElementRange part, boolean decays, List<Range> ranges) {
        for (long start = part.from(); start < part.to(); start += PIECE_ELEMENTS) {
            long end = Math.min(part.to(), start + PIECE_ELEMENTS);
            ranges.add(new Range(unit.index(), start, end, decays));
        }
    }
}
