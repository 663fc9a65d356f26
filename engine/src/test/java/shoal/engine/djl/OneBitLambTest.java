package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.Measurement;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/** Numbers of tensors that OneBitLamb keeps; whole runs are compared in the testkit. */
final class OneBitLambTest {
    private static final UpdateRule.OneBitLamb RULE =
            new UpdateRule.OneBitLamb(
                    2,
                    new UpdateRule.Lamb(false, 10, 0.01, false),
                    0.75,
                    new UpdateRule.Factors(4, 0.5, 0.125));

    private static final OptimizerRecipe RECIPE =
            new OptimizerRecipe(1e-2, 0.9, 0.99, 1e-6, 0.1, 0).decayingAll().with(RULE);

    @Test
    void trust_ratios_have_a_mean_up_to_the_freeze_in_which_one_of_1_does_not_count() {
        try (DjlEngine engine = engine()) {
            LambFreeze freeze = freeze(engine);

            freeze.committed(update(engine, 1, 2));
            assertThat(number(freeze, engine, StateKind.LAMB_COEFF_FREEZE)).isEqualTo(0.5f);
            freeze.committed(update(engine, 2, 1));
            assertThat(number(freeze, engine, StateKind.LAMB_COEFF_FREEZE)).isEqualTo(0.5f);
            assertThat(freeze.coefficient(0, update(engine, 2, 3))).isEqualTo(3);
            close(engine, freeze);
        }
    }

    @Test
    void a_factor_moves_by_no_more_than_the_threshold_and_multiplies_the_frozen_ratio() {
        try (DjlEngine engine = engine()) {
            LambFreeze freeze = freeze(engine);
            freeze.committed(update(engine, 1, 2));
            freeze.committed(update(engine, 2, 1));

            assertThat(freeze.coefficient(0, update(engine, 3, 1.0625f))).isEqualTo(0.53125);
            assertThat(freeze.coefficient(0, update(engine, 3, 4))).isEqualTo(0.5625);
            freeze.committed(update(engine, 3, 4));
            assertThat(number(freeze, engine, StateKind.LAST_FACTOR)).isEqualTo(1.125f);
            freeze.committed(update(engine, 4, 0.5f));
            assertThat(number(freeze, engine, StateKind.LAST_FACTOR)).isEqualTo(0.984375f);
            close(engine, freeze);
        }
    }

    @Test
    void momentum_of_all_tensors_is_brought_to_the_mean_size_and_none_stays_as_it_is() {
        try (DjlEngine engine = engine()) {
            LambFreeze freeze = freeze(engine);
            List<Parameter> tensors = engine.table().parameters();
            for (int tensor = 1; tensor < tensors.size(); tensor++) {
                // In two parts; a root mean square of 1, and of 3 in the last one.
                double size = tensor == tensors.size() - 1 ? 9 : 1;
                double half = size * tensors.get(tensor).sizeElements() / 2;
                freeze.momentum(tensor, half);
                freeze.momentum(tensor, half);
            }
            freeze.committed(update(engine, 2, 1));

            double mean = (tensors.size() - 2 + 3.0) / tensors.size();
            assertThat(scale(freeze, tensors.get(0))).isEqualTo(1);
            assertThat(scale(freeze, tensors.get(1))).isCloseTo(mean, within(1e-6));
            assertThat(scale(freeze, tensors.get(tensors.size() - 1)))
                    .isCloseTo(mean / 3, within(1e-6));
            close(engine, freeze);
        }
    }

    @Test
    void a_warm_up_measures_as_lamb_does_and_no_ratio_of_denominators() {
        try (DjlEngine lamb = LambTest.trained(RECIPE.with(RULE.warmUp()));
                DjlEngine oneBit = LambTest.trained(RECIPE)) {
            Measurement expected = lamb.measure(1, 0.5);
            Measurement actual = oneBit.measure(1, 0.5);

            assertThat(actual.largest()).isEmpty();
            for (int tensor = 0; tensor < expected.squares().tensors(); tensor++) {
                // Lamb's kernel rounds 1 - b2 to fp32, torch to double: 5e-5 of a second moment.
                double direction = expected.squares().directionNorm(tensor);
                assertThat(actual.squares().directionNorm(tensor))
                        .isCloseTo(direction, within(1e-4 * direction));
                assertThat(actual.squares().weightNorm(tensor))
                        .isEqualTo(expected.squares().weightNorm(tensor));
            }
        }
    }

    private static DjlEngine engine() {
        return DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(1, 0, RECIPE), 1);
    }

    private static LambFreeze freeze(DjlEngine engine) {
        DjlEngine.Parts parts = engine.parts();
        return parts.lanes().call(() -> new LambFreeze(parts.kernel(), parts.model(), RULE));
    }

    private static void close(DjlEngine engine, LambFreeze freeze) {
        engine.parts().lanes().run(freeze::close);
    }

    private static Update update(DjlEngine engine, int step, float ofEach) {
        int tensors = engine.table().parameters().size();
        return new Update(step, 1, 1e-2, Collections.nCopies(tensors, ofEach));
    }

    private static float number(LambFreeze freeze, DjlEngine engine, StateKind kind) {
        return number(freeze, engine.table().parameters().get(0), kind);
    }

    private static double scale(LambFreeze freeze, Parameter parameter) {
        return number(freeze, parameter, StateKind.SCALING_COEFF);
    }

    private static float number(LambFreeze freeze, Parameter parameter, StateKind kind) {
        ByteBuffer value = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        freeze.read(kind, parameter.unit(), parameter.offsetElements(), value);
        return value.getFloat(0);
    }
}
