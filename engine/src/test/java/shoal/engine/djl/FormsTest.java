package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import shoal.engine.GradientReport;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.model.Activation;
import shoal.model.AttentionScale;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every activation and every scale of attention computes what HF's does, with its gradients: {@code
 * engine/src/test/scripts/golden_forms.py}.
 *
 * <p>The bound is {@link GoldenTest}'s 1e-5, times three for gradients: names of one function are
 * rounded in different places upstream, and wide activations make longer sums.
 */
final class FormsTest {
    private static final double CLOSE = 1e-5;

    static List<JsonNode> forms() throws IOException {
        List<JsonNode> forms = new ArrayList<>();
        json().get("forms").forEach(forms::add);
        return forms;
    }

    @Test
    void every_activation_has_a_form() throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonNode form : forms()) {
            if (form.has("activation_function")) {
                names.add(form.get("activation_function").asString());
            }
        }

        assertThat(names).containsExactlyInAnyOrderElementsOf(Activation.allNames());
    }

    @ParameterizedTest
    @MethodSource("forms")
    void logits_loss_and_gradients_equal_those_of_hf(JsonNode form) throws IOException {
        GoldenCase golden = GoldenCase.own();
        List<RowInput> rows = golden.rows();
        Recipe recipe = Fixtures.recipe(3, 0, Fixtures.ADAMW);

        try (DjlEngine engine = DjlEngine.open(config(form), recipe, 1)) {
            Fixtures.writeAll(engine, weights(golden));
            GradientReport report =
                    engine.forwardBackward(new StepWork(1, Fixtures.leaves(0, 0, rows, 3)));
            List<RowResult> results = engine.evaluate(rows);

            assertThat(report.loss()).isCloseTo(form.get("loss").asDouble(), within(CLOSE));
            for (int row = 0; row < rows.size(); row++) {
                for (int label = 0; label < 3; label++) {
                    assertThat((double) results.get(row).logits()[label])
                            .isCloseTo(logit(form, row, label), within(CLOSE));
                }
            }
            assertGradients(form, report, Fixtures.gradients(engine));
        }
    }

    private static void assertGradients(
            JsonNode form, GradientReport report, Map<String, float[]> gradients)
            throws IOException {
        String prefix = form.get("name").asString() + "/";
        int compared = 0;
        for (Map.Entry<String, float[]> expected :
                TensorFile.read(GoldenCase.resource("forms.safetensors")).entrySet()) {
            if (expected.getKey().startsWith(prefix)) {
                String name = expected.getKey().substring(prefix.length());
                float[] actual = requireNonNull(gradients.get(name), name);
                assertThat(Distance.relative(actual, expected.getValue()))
                        .as(name)
                        .isLessThan(3 * CLOSE);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(2);
        assertThat(Math.sqrt(report.squaredNorm()) / form.get("norm").asDouble())
                .isCloseTo(1, within(3 * CLOSE));
    }

    private static double logit(JsonNode form, int row, int label) {
        return form.get("logits").get(row).get(label).asDouble();
    }

    /** The golden case's weights, the first product of each MLP as many times wider as HF's was. */
    private static Map<String, float[]> weights(GoldenCase golden) throws IOException {
        float wide = json().get("wide").floatValue();
        Map<String, float[]> weights = new LinkedHashMap<>();
        golden.weights()
                .forEach(
                        (name, values) -> {
                            float[] own = values.clone();
                            for (int i = 0;
                                    name.endsWith("mlp.c_fc.weight") && i < own.length;
                                    i++) {
                                own[i] *= wide;
                            }
                            weights.put(name, own);
                        });
        return weights;
    }

    private static GptConfig config(JsonNode form) {
        String activation = form.path("activation_function").asString("gelu_new");
        return new GptConfig(
                50,
                32,
                16,
                2,
                2,
                24,
                3,
                0,
                1e-4,
                0.02,
                0,
                0,
                0,
                Activation.named(activation).orElseThrow(),
                new AttentionScale(
                        form.path("scale_attn_weights").asBoolean(true),
                        form.path("scale_attn_by_inverse_layer_idx").asBoolean(false)));
    }

    private static JsonNode json() throws IOException {
        return JsonMapper.shared().readTree(GoldenCase.resource("forms.json"));
    }
}
