package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.engine.GradientReport;
import shoal.engine.Measurement;
import shoal.engine.RowInput;
import shoal.engine.StepWork;
import shoal.engine.Update;
import shoal.model.Parameter;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.step.TrustRatios;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lamb beside figures in the arithmetic of DeepSpeed's kernel, which itself runs on CUDA only
 * (testkit/scripts/make_rule_golden.py).
 */
final class LambTest {
    /** numpy adds a norm's squares in another order, and rounds it before the division. */
    private static final double RELATIVE = 1e-6;

    private static final UpdateRule.Lamb RULE = new UpdateRule.Lamb(true, 10, 0.01, false);

    private static final OptimizerRecipe RECIPE =
            new OptimizerRecipe(1e-2, 0.9, 0.99, 1e-6, 0.1, 0).decayingAll().with(RULE);

    @Test
    void four_updates_equal_those_of_the_kernel_s_arithmetic() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(GoldenCase.resource("lamb.json"));

        assertThat(golden.get("cases").size()).isEqualTo(2);
        for (JsonNode one : golden.get("cases")) {
            assertEqualsGolden(one);
        }
    }

    @Test
    void a_measure_changes_nothing_and_gives_the_same_again() {
        try (DjlEngine engine = trained(RECIPE)) {
            float[] before = state(engine);

            Measurement first = engine.measure(1, 0.5);
            Measurement again = engine.measure(1, 0.5);

            assertThat(state(engine)).isEqualTo(before);
            assertThat(bytes(again)).isEqualTo(bytes(first));
            assertThat(bytes(engine.measure(1, 0.25))).isNotEqualTo(bytes(first));
            assertThat(first.nonFinite()).isEmpty();
        }
    }

    @Test
    void a_weight_norm_is_that_of_the_whole_tensor() {
        try (DjlEngine engine = trained(RECIPE)) {
            Measurement measured = engine.measure(1, 1);

            List<Parameter> parameters = engine.table().parameters();
            for (int tensor = 0; tensor < parameters.size(); tensor++) {
                assertThat(measured.squares().weightNorm(tensor))
                        .as(parameters.get(tensor).name())
                        .isCloseTo(norm(engine, parameters.get(tensor)), within(1e-9));
            }
        }
    }

    @Test
    void only_the_step_whose_gradient_is_held_is_measured_and_only_where_the_rule_measures() {
        try (DjlEngine engine = trained(RECIPE)) {
            assertThatThrownBy(() -> engine.measure(2, 1))
                    .hasMessage("measurement of step 2, but the held gradient is of step 1");
        }
        try (DjlEngine engine = trained(Fixtures.ADAMW)) {
            assertThatThrownBy(() -> engine.measure(1, 1))
                    .hasMessage("this rule measures nothing before an update");
        }
    }

    private static void assertEqualsGolden(JsonNode one) {
        UpdateRule.Lamb rule =
                new UpdateRule.Lamb(
                        one.get("bias_correction").asBoolean(),
                        one.get("max_coeff").asDouble(),
                        one.get("min_coeff").asDouble(),
                        one.get("eps_inside_sqrt").asBoolean());
        OptimizerRecipe recipe =
                new OptimizerRecipe(
                                one.get("lr").asDouble(),
                                one.get("betas").get(0).asDouble(),
                                one.get("betas").get(1).asDouble(),
                                one.get("eps").asDouble(),
                                one.get("weight_decay").asDouble(),
                                0)
                        .decayingAll()
                        .with(rule);
        try (DjlEngine engine =
                DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(1, 0, recipe), 1)) {
            Unit head = engine.table().units().get(3);
            write(engine, head, one.get("start"));
            UpdateRange range = new UpdateRange(3, 0, head.sizeElements());
            Lamb lamb = new Lamb(recipe, rule);
            for (int step = 1; step <= one.get("steps").size(); step++) {
                JsonNode golden = one.get("steps").get(step - 1);
                float[] gradient = unit(head, golden.get("gradients"));
                List<Float> ratios =
                        update(engine, lamb, range, gradient, step, one.get("clip").asDouble());

                float[] actual = Fixtures.parameterUnit(engine, head);
                assertThat(Distance.relative(actual, unit(head, golden.get("results"))))
                        .as("step " + step)
                        .isLessThan(RELATIVE);
                for (Parameter parameter : head.parameters()) {
                    int tensor = engine.table().parameters().indexOf(parameter);
                    double expected = golden.get("ratios").get(parameter.name()).asDouble();
                    assertThat((double) ratios.get(tensor)).isCloseTo(expected, within(1e-6));
                }
            }
        }
    }

    /** Measures, then updates, as an engine does with a whole model. */
    private static List<Float> update(
            DjlEngine engine,
            Lamb lamb,
            UpdateRange range,
            float[] gradient,
            int step,
            double clip) {
        DjlEngine.Parts parts = engine.parts();
        NativeBuffer held =
                parts.lanes().call(() -> NativeBuffer.zeros(parts.kernel(), gradient.length));
        held.floats().put(0, gradient);
        PtNDArray tensor = held.tensor();
        Measuring measuring = new Measuring(engine.table().parameters().size(), step, clip);
        parts.lanes().run(() -> lamb.measure(parts.model(), tensor, range, measuring));
        List<Float> ratios =
                TrustRatios.of(measuring.result(parts.model(), false).squares(), lamb.rule());
        Update update = new Update(step, clip, lamb.recipe().learningRate(), ratios);
        parts.lanes().run(() -> lamb.update(parts.model(), tensor, range, update));
        parts.lanes().run(held::close);
        return ratios;
    }

    /** An engine that holds the gradient of its first step. */
    static DjlEngine trained(OptimizerRecipe optimizer) {
        DjlEngine engine = DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(2, 0, optimizer), 2);
        Fixtures.randomParameters(engine, 3);
        List<RowInput> rows = Fixtures.rows(6, Fixtures.tiny(0), 5);
        GradientReport report =
                engine.forwardBackward(new StepWork(1, Fixtures.leaves(0, 0, rows, 2)));
        assertThat(report.nonFinite()).isEmpty();
        return engine;
    }

    private static String bytes(Measurement measurement) {
        return HexFormat.of().formatHex(measurement.squares().toBytes());
    }

    private static float[] state(DjlEngine engine) {
        float[] all = {};
        for (Unit unit : engine.table().units()) {
            float[] values = Fixtures.parameterUnit(engine, unit);
            int at = all.length;
            all = Arrays.copyOf(all, at + values.length);
            System.arraycopy(values, 0, all, at, values.length);
        }
        return all;
    }

    private static double norm(DjlEngine engine, Parameter parameter) {
        float[] unit = Fixtures.parameterUnit(engine, engine.table().units().get(parameter.unit()));
        double sum = 0;
        for (int i = 0; i < parameter.sizeElements(); i++) {
            double value = unit[(int) parameter.offsetElements() + i];
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static void write(DjlEngine engine, Unit unit, JsonNode tensors) {
        engine.write(StateKind.PARAMETER, unit.index(), 0, Fixtures.bytes(unit(unit, tensors)));
    }

    private static float[] unit(Unit unit, JsonNode tensors) {
        float[] values = new float[(int) unit.sizeElements()];
        for (Parameter parameter : unit.parameters()) {
            JsonNode tensor = tensors.get(parameter.name());
            assertThat(tensor.size()).isEqualTo((int) parameter.sizeElements());
            for (int i = 0; i < tensor.size(); i++) {
                values[(int) parameter.offsetElements() + i] = (float) tensor.get(i).asDouble();
            }
        }
        return values;
    }
}
