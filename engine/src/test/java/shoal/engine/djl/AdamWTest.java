package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.engine.Holding;
import shoal.engine.Update;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;

/** The update rule, and that its bits do not depend on how units are cut. */
final class AdamWTest {
    private static final GptConfig CONFIG = Fixtures.tiny(0);
    private static final OptimizerRecipe RECIPE =
            new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0.1, 1);
    private static final int LAYER = 1;

    @Test
    void ranges_cut_at_multiples_of_sixteen_give_the_bits_of_the_whole() {
        Unit unit = unit();
        long end = unit.decayedElements();
        List<UpdateRange> whole = List.of(new UpdateRange(LAYER, 0, end));
        List<UpdateRange> cut =
                List.of(
                        new UpdateRange(LAYER, 0, 16),
                        new UpdateRange(LAYER, 16, 16 * 21),
                        new UpdateRange(LAYER, 16 * 21, 16 * 64),
                        new UpdateRange(LAYER, 16 * 64, end));

        assertThat(steps(cut, 0.3)).isEqualTo(steps(whole, 0.3));
    }

    @Test
    void an_odd_cut_is_refused() {
        assertThatThrownBy(() -> new UpdateRange(LAYER, 0, 17))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 to 17")
                .hasMessageContaining("multiples of 16");
        assertThatThrownBy(() -> new UpdateRange(LAYER, 8, 32))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_unit_is_cut_into_its_decayed_part_and_the_rest() {
        long boundary = unit().decayedElements();
        try (DjlEngine engine = DjlEngine.open(CONFIG, Fixtures.recipe(1, 0, RECIPE), 1)) {
            AdamW adamw = new AdamW(engine.parts().kernel(), RECIPE, "adamw");

            assertThat(adamw.ranges(unit(), Holding.whole(unit())))
                    .containsExactly(
                            new UpdateRange(LAYER, 0, boundary),
                            new UpdateRange(LAYER, boundary, unit().sizeElements()));
        }
    }

    @Test
    void biases_decay_only_where_all_parameters_do() {
        long boundary = unit().decayedElements();
        List<UpdateRange> rest = List.of(new UpdateRange(LAYER, boundary, unit().sizeElements()));

        float[] kept = steps(RECIPE, rest, 0);
        float[] decayed = steps(RECIPE.decayingAll(), rest, 0);

        float before = values(unit(), 1)[(int) boundary];
        assertThat(kept[(int) boundary]).isEqualTo(before);
        assertThat(decayed[(int) boundary] / before)
                .isCloseTo((float) Math.pow(1 - 1e-4, 3), within(1e-6f));
    }

    @Test
    void the_update_is_the_formula_of_the_paper() {
        Unit unit = unit();
        float[] start = values(unit, 1);
        float[] gradient = values(unit, 2);
        double clip = 0.25;
        int steps = 3;

        float[] actual = steps(List.of(new UpdateRange(LAYER, 0, unit.sizeElements())), clip);

        for (int i = 0; i < actual.length; i++) {
            double p = start[i];
            double m = 0;
            double v = 0;
            double g = gradient[i];
            for (int step = 1; step <= steps; step++) {
                g *= clip; // the same gradient again, and clipped again
                m = RECIPE.beta1() * m + (1 - RECIPE.beta1()) * g;
                v = RECIPE.beta2() * v + (1 - RECIPE.beta2()) * g * g;
                p -= RECIPE.learningRate() * RECIPE.weightDecay() * p;
                double mean = m / (1 - Math.pow(RECIPE.beta1(), step));
                double root = Math.sqrt(v / (1 - Math.pow(RECIPE.beta2(), step)));
                p -= RECIPE.learningRate() * mean / (root + RECIPE.epsilon());
            }
            assertThat((double) actual[i]).isCloseTo(p, within(1e-6));
        }
    }

    private static Unit unit() {
        return ParameterTable.of(CONFIG).units().get(LAYER);
    }

    /** A layer's parameters after three updates with the same gradient. */
    private static float[] steps(List<UpdateRange> ranges, double clip) {
        return steps(RECIPE, ranges, clip);
    }

    private static float[] steps(OptimizerRecipe recipe, List<UpdateRange> ranges, double clip) {
        Unit unit = unit();
        try (DjlEngine engine = DjlEngine.open(CONFIG, Fixtures.recipe(1, 0, recipe), 1)) {
            engine.write(StateKind.PARAMETER, LAYER, 0, Fixtures.bytes(values(unit, 1)));
            DjlEngine.Parts parts = engine.parts();
            UnitBuffer gradient = parts.lanes().call(() -> UnitBuffer.zeros(parts.kernel(), unit));
            gradient.flat().write(0, Fixtures.bytes(values(unit, 2)));
            AdamW adamw = new AdamW(parts.kernel(), recipe, "adamw");
            for (int step = 1; step <= 3; step++) {
                Update update = new Update(step, clip, RECIPE.learningRate());
                for (UpdateRange range : ranges) {
                    PtNDArray tensor = gradient.flat().tensor();
                    parts.lanes().run(() -> adamw.update(parts.model(), tensor, range, update));
                }
            }
            return Fixtures.parameterUnit(engine, unit);
        }
    }

    private static float[] values(Unit unit, long seed) {
        Random random = new Random(seed);
        float[] values = new float[(int) unit.sizeElements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
