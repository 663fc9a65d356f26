package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.engine.GradientReport;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.Unit;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.Recipe;
import tools.jackson.databind.JsonNode;

/**
 * Forward, backward and update equal HF's.
 *
 * <p>The bound is 1e-5: fp32 sums of some thousand terms differ by about 1e-6 with the order of
 * addition, and padding, slices and the last layer's shortcut change that order.
 */
final class GoldenTest {
    private static final double RELATIVE = 1e-5;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void logits_loss_and_gradients_equal_those_of_hf(int slices) throws IOException {
        assertEqualsHf(GoldenCase.own(), slices);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void those_of_the_larger_case_too(int slices) throws IOException {
        assertEqualsHf(GoldenCase.shared(), slices);
    }

    @Test
    void three_steps_of_adamw_equal_those_of_torch() throws IOException {
        GoldenCase golden = GoldenCase.own();
        JsonNode adamw = golden.json().get("adamw");
        OptimizerRecipe optimizer =
                new OptimizerRecipe(
                        adamw.get("rate").asDouble(),
                        adamw.get("betas").get(0).asDouble(),
                        adamw.get("betas").get(1).asDouble(),
                        adamw.get("epsilon").asDouble(),
                        adamw.get("decay").asDouble(),
                        0);
        Recipe recipe = Fixtures.recipe(3, golden.smoothing(), optimizer);

        try (DjlEngine engine = DjlEngine.open(golden.config(), recipe, 1)) {
            Fixtures.writeAll(engine, golden.weights());
            for (int step = 1; step <= adamw.get("steps").asInt(); step++) {
                engine.forwardBackward(new StepWork(step, Fixtures.leaves(0, 0, golden.rows(), 3)));
                engine.update(new Update(step, 1, optimizer.learningRate()));
            }

            Map<String, float[]> expected =
                    TensorFile.read(GoldenCase.resource("after-steps.safetensors"));
            for (Parameter parameter : engine.table().parameters()) {
                Unit unit = engine.table().units().get(parameter.unit());
                float[] actual = new float[(int) parameter.sizeElements()];
                FloatBuffer.wrap(Fixtures.parameterUnit(engine, unit))
                        .get((int) parameter.offsetElements(), actual);
                float[] wanted = requireNonNull(expected.get(parameter.name()));
                assertThat(Distance.relative(actual, wanted))
                        .as(parameter.name())
                        .isLessThan(RELATIVE);
            }
            GradientReport after =
                    engine.forwardBackward(
                            new StepWork(4, Fixtures.leaves(0, 0, golden.rows(), 3)));
            assertThat(after.loss())
                    .isCloseTo(golden.json().get("loss_after").asDouble(), within(1e-5));
        }
    }

    private static void assertEqualsHf(GoldenCase golden, int slices) {
        Recipe recipe = Fixtures.recipe(slices, golden.smoothing(), Fixtures.ADAMW);
        List<RowInput> rows = golden.rows();

        try (DjlEngine engine = DjlEngine.open(golden.config(), recipe, 1)) {
            Fixtures.writeAll(engine, golden.weights());
            GradientReport report =
                    engine.forwardBackward(new StepWork(1, Fixtures.leaves(0, 0, rows, slices)));
            List<RowResult> results = engine.evaluate(rows);

            assertThat(report.loss()).isCloseTo(golden.loss(), within(1e-6));
            double meanLoss = results.stream().mapToDouble(RowResult::loss).average().orElse(0);
            assertThat(meanLoss).isCloseTo(golden.loss(), within(1e-6));
            for (int row = 0; row < rows.size(); row++) {
                for (int label = 0; label < golden.config().labels(); label++) {
                    assertThat((double) results.get(row).logits()[label])
                            .isCloseTo(golden.logit(row, label), within(RELATIVE));
                }
            }
            double squaredNorm = 0;
            for (Map.Entry<String, float[]> entry : Fixtures.gradients(engine).entrySet()) {
                float[] expected = golden.gradient(entry.getKey());
                assertThat(Distance.relative(entry.getValue(), expected))
                        .as(entry.getKey())
                        .isLessThan(RELATIVE);
                squaredNorm += Distance.squaredLength(expected);
            }
            assertThat(report.squaredNorm() / squaredNorm).isCloseTo(1, within(RELATIVE));
        }
    }
}
