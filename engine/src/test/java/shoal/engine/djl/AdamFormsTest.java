package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import shoal.engine.Update;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/**
 * Forms of Adam that torch does not have, against their formulas in double precision (deepspeed
 * 0.19.6 csrc/adam/multi_tensor_adam.cu; transformers 4.40.2 optimization.py, AdamW; bitsandbytes
 * 0.45 csrc/kernels.cu, kOptimizer32bit2State).
 */
class AdamFormsTest {
    /** Twenty roundings of fp32 in four steps, each of 2^-24 at most. */
    private static final double RELATIVE = 20 * Math.scalb(1.0, -24);

    private static final int SIZE = 64;
    private static final int STEPS = 4;
    private static final double RATE = 1e-2;

    static Stream<UpdateRule> rules() {
        return Stream.of(
                new UpdateRule.AdamW(true),
                new UpdateRule.AdamW(false),
                new UpdateRule.Adam(true),
                new UpdateRule.Adam(false),
                new UpdateRule.AdamThenDecay(false),
                new UpdateRule.AdamThenDecay(true));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void a_rule_updates_as_its_formula_says(UpdateRule rule) {
        OptimizerRecipe recipe =
                new OptimizerRecipe(RATE, 0.9, 0.95, 1e-2, 0.1, 0).decayingAll().with(rule);
        SplittableRandom random = new SplittableRandom(11);
        float[] start = values(random);
        double[] expected = new double[SIZE];
        Arrays.setAll(expected, i -> start[i]);
        double[] first = new double[SIZE];
        double[] second = new double[SIZE];
        UpdateRange range = new UpdateRange(1, 0, SIZE);

        try (DjlEngine engine =
                DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(1, 0, recipe), 1)) {
            DjlEngine.Parts parts = engine.parts();
            engine.write(StateKind.PARAMETER, 1, 0, Fixtures.bytes(start));
            NativeBuffer gradient =
                    parts.lanes().call(() -> NativeBuffer.zeros(parts.kernel(), SIZE));
            Optimizer optimizer = Optimizer.of(parts.kernel(), parts.model(), recipe);
            for (int step = 1; step <= STEPS; step++) {
                float[] drawn = values(random);
                gradient.floats().put(0, drawn);
                Update update = new Update(step, 1, RATE);
                parts.lanes()
                        .run(
                                () ->
                                        optimizer.update(
                                                parts.model(), gradient.tensor(), range, update));
                for (int i = 0; i < SIZE; i++) {
                    boolean adam = rule instanceof UpdateRule.Adam;
                    double g = drawn[i] + (adam ? 0.1 * expected[i] : 0);
                    first[i] = 0.9 * first[i] + (1 - 0.9) * g;
                    second[i] = 0.95 * second[i] + (1 - 0.95) * g * g;
                    expected[i] = updated(rule, step, expected[i], first[i], second[i]);
                }
            }

            float[] unit = Fixtures.parameterUnit(engine, engine.table().units().get(1));
            for (int i = 0; i < SIZE; i++) {
                assertThat((double) unit[i])
                        .as(rule + ", element " + i)
                        .isCloseTo(
                                expected[i],
                                Offset.offset(RELATIVE * Math.max(1, Math.abs(expected[i]))));
            }
            parts.lanes().run(gradient::close);
        }
    }

    private static double updated(UpdateRule rule, int step, double p, double m, double v) {
        double one = 1 - Math.pow(0.9, step);
        double two = 1 - Math.pow(0.95, step);
        double corrected = RATE * (m / one) / (Math.sqrt(v / two) + 1e-2);
        double bare = RATE * m / (Math.sqrt(v) + 1e-2);
        double early = RATE * Math.sqrt(two) / one * m / (Math.sqrt(v) + 1e-2);
        double decay = 1 - RATE * 0.1;
        return rule.accept(
                new UpdateRule.Handler<>() {
                    @Override
                    public Double adamW(UpdateRule.AdamW form) {
                        return p * decay - (form.correctsBias() ? corrected : bare);
                    }

                    @Override
                    public Double adam(UpdateRule.Adam form) {
                        return p - (form.correctsBias() ? corrected : bare);
                    }

                    @Override
                    public Double adamThenDecay(UpdateRule.AdamThenDecay form) {
                        return (p - (form.epsilonFirst() ? early : corrected)) * decay;
                    }

                    @Override
                    public Double lamb(UpdateRule.Lamb form) {
                        throw new AssertionError(form);
                    }

                    @Override
                    public Double oneBitAdam(UpdateRule.OneBitAdam form) {
                        throw new AssertionError(form);
                    }

                    @Override
                    public Double oneBitLamb(UpdateRule.OneBitLamb form) {
                        throw new AssertionError(form);
                    }
                });
    }

    private static float[] values(SplittableRandom random) {
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return values;
    }
}
