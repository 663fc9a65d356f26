package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.engine.Update;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/** An update rule over ranges of flat units, whose bits do not depend on how units are cut. */
interface Optimizer {
    /** The rule of a recipe, for a model. On a lane. */
    static Optimizer of(Kernel kernel, Model model, OptimizerRecipe recipe) {
        return recipe.rule()
                .accept(
                        new UpdateRule.Handler<>() {
                            @Override
                            public Optimizer adamW(UpdateRule.AdamW rule) {
                                return AdamW.of(kernel, recipe, "adamw", rule.correctsBias());
                            }

                            @Override
                            public Optimizer adam(UpdateRule.Adam rule) {
                                return AdamW.of(kernel, recipe, "adam", rule.correctsBias());
                            }

                            @Override
                            public Optimizer adamThenDecay(UpdateRule.AdamThenDecay rule) {
                                return AdamW.thenDecay(kernel, recipe, rule.epsilonFirst());
                            }

                            @Override
                            public Optimizer lamb(UpdateRule.Lamb rule) {
                                return new Lamb(recipe, rule);
                            }

                            @Override
                            public Optimizer oneBitAdam(UpdateRule.OneBitAdam rule) {
                                return new OneBitAdam(recipe, rule);
                            }

                            @Override
                            public Optimizer oneBitLamb(UpdateRule.OneBitLamb rule) {
                                return new OneBitLamb(
                                        recipe, rule, new LambFreeze(kernel, model, rule));
                            }
                        });
    }

    /** What the rule keeps besides moments, if anything. */
    default Optional<LambFreeze> freeze() {
        return Optional.empty();
    }

    /** What is updated of a unit, in pieces of work. */
    List<UpdateRange> ranges(Unit unit, ElementRange updated);

    /**
     * Measures what an update of one range would do, and changes nothing; only by a rule that
     * measures. On a lane.
     *
     * @param gradient of what is updated here of the range's unit
     */
    default void measure(Model model, PtNDArray gradient, UpdateRange range, Measuring measuring) {
        throw new IllegalStateException("this rule measures nothing before an update");
    }

    /**
     * Applies the gradient, times clip unless that is exactly 1, to one range. On a lane.
     *
     * @param gradient of what is updated here of the range's unit
     */
    void update(Model model, PtNDArray gradient, UpdateRange range, Update update);

    /** A part of a unit in pieces. */
    static List<UpdateRange> pieces(Unit unit, ElementRange part) {
        List<UpdateRange> pieces = new ArrayList<>();
        for (long at = part.from(); at < part.to(); at += UpdateRange.PIECE_ELEMENTS) {
            long end = Math.min(part.to(), at + UpdateRange.PIECE_ELEMENTS);
            pieces.add(new UpdateRange(unit.index(), at, end));
        }
        return pieces;
    }
}
