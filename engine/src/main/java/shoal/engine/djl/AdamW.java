package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;

/**
 * AdamW and Adam by libtorch's fused operators, over ranges of flat units.
 *
 * <p>The operator works in vectors and finishes a range's tail element by element, with other bits.
 * So a range starts and ends on a multiple of 16 elements, decay boundaries included, and then bits
 * do not depend on how units are cut.
 */
final class AdamW implements Optimizer {
    private final Kernel kernel;
    private final OptimizerRecipe recipe;
    private final String operator;
    private final boolean correctsBias;
    private final boolean epsilonFirst;

    /**
     * A rule as torch has it.
     *
     * @param operator the kernel's function
     */
    AdamW(Kernel kernel, OptimizerRecipe recipe, String operator) {
        this(kernel, recipe, operator, true, false);
    }

    private AdamW(
            Kernel kernel,
            OptimizerRecipe recipe,
            String operator,
            boolean correctsBias,
            boolean epsilonFirst) {
        this.kernel = kernel;
        this.recipe = recipe;
        this.operator = operator;
        this.correctsBias = correctsBias;
        this.epsilonFirst = epsilonFirst;
    }

    /** A rule that may leave the bias of the moments as it is. */
    static AdamW of(Kernel kernel, OptimizerRecipe recipe, String operator, boolean correctsBias) {
        return new AdamW(kernel, recipe, operator, correctsBias, false);
    }

    /** The rule that decays what it has updated. */
    static AdamW thenDecay(Kernel kernel, OptimizerRecipe recipe, boolean epsilonFirst) {
        return new AdamW(kernel, recipe, "adam_then_decay", true, epsilonFirst);
    }

    /** The part that HF decays, then the rest. */
    @Override
    public List<UpdateRange> ranges(Unit unit, ElementRange updated) {
        return decayedAndRest(unit, updated);
    }

    /** Ranges that decay alike. */
    static List<UpdateRange> decayedAndRest(Unit unit, ElementRange updated) {
        List<UpdateRange> ranges = new ArrayList<>();
        ranges.addAll(Optimizer.pieces(unit, updated.common(0, unit.decayedElements())));
        ranges.addAll(
                Optimizer.pieces(
                        unit, updated.common(unit.decayedElements(), unit.sizeElements())));
        return ranges;
    }

    @Override
    public void update(Model model, PtNDArray gradient, UpdateRange range, Update update) {
        int unit = range.unit();
        boolean decays =
                recipe.decaysAll()
                        || range.from() < model.table().units().get(unit).decayedElements();
        KeptState.Window parameters = model.parameters().open(range);
        KeptState.Window moments = model.moments().open(range);
        try (NativeBuffer step = NativeBuffer.zeros(kernel, 1)) {
            step.floats().put(0, biasStep(update));
            kernel.call(operator)
                    .tensors(parameters.first(), gradient, moments.first(), moments.second())
                    .number(parameters.offset())
                    .number(range.from() - model.updated(unit).from())
                    .number(moments.offset())
                    .number(range.to() - range.from())
                    .tensor(step.tensor())
                    .real(update.clip())
                    .real(update.learningRate())
                    .real(recipe.beta1())
                    .real(recipe.beta2())
                    .real(decays ? recipe.weightDecay() : 0)
                    .real(epsilon(update))
                    .discard();
        }
        model.changed(range);
    }

    /** The step whose bias is corrected: after infinitely many there is none, exactly. */
    private float biasStep(Update update) {
        return correctsBias ? update.count() : Float.POSITIVE_INFINITY;
    }

    /** The operator divides the root by its correction first, and adds epsilon then. */
    private double epsilon(Update update) {
        return epsilonFirst
                ? recipe.epsilon() / Math.sqrt(1 - Math.pow(recipe.beta2(), update.count()))
                : recipe.epsilon();
    }
}
