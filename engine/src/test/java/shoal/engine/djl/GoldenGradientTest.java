package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.engine.GradientReport;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.engine.StepWork;
import shoal.model.GptConfig;
import shoal.recipe.Recipe;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Forward and backward equal HF's (transformers 4.57.6, torch 2.7.1) on one ragged batch.
 *
 * <p>The bound is 1e-5: fp32 sums of some thousand terms differ by about 1e-6 with the order of
 * addition, and padding, slices and the last layer's shortcut change that order.
 */
final class GoldenGradientTest {
    private static final double RELATIVE = 1e-5;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void logits_loss_and_every_gradient_equal_those_of_hf(int slices) throws IOException {
        Path golden = Fixtures.shared("golden/forward-backward.json");
        JsonNode expected = JsonMapper.shared().readTree(Files.readString(golden));
        GptConfig config = new GptConfig(21128, 1024, 64, 2, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0);
        Recipe recipe = Fixtures.recipe(slices, 0, Fixtures.ADAMW);
        List<RowInput> rows = rows(expected);

        try (DjlEngine engine = DjlEngine.open(config, recipe, 1)) {
            Fixtures.writeAll(
                    engine, TensorFile.read(Fixtures.shared("golden/gpt2-tiny/model.safetensors")));
            GradientReport report =
                    engine.forwardBackward(new StepWork(1, Fixtures.leaves(0, 0, rows, slices)));
            List<RowResult> results = engine.evaluate(rows);

            assertThat(report.loss()).isCloseTo(expected.get("loss").asDouble(), within(1e-6));
            assertThat(Math.sqrt(report.squaredNorm()))
                    .isCloseTo(expected.get("grad_norm").asDouble(), within(RELATIVE * 5));
            for (int row = 0; row < rows.size(); row++) {
                JsonNode logits = expected.get("logits").get(row);
                for (int label = 0; label < 2; label++) {
                    assertThat((double) results.get(row).logits()[label])
                            .isCloseTo(logits.get(label).asDouble(), within(RELATIVE));
                }
            }
            Map<String, float[]> gradients =
                    TensorFile.read(Fixtures.shared("golden/forward-backward.grads.safetensors"));
            Fixtures.gradients(engine)
                    .forEach(
                            (name, actual) ->
                                    assertThat(
                                                    Distance.relative(
                                                            actual,
                                                            requireNonNull(gradients.get(name))))
                                            .as(name)
                                            .isLessThan(RELATIVE));
        }
    }

    private static List<RowInput> rows(JsonNode golden) {
        List<RowInput> rows = new ArrayList<>();
        JsonNode all = golden.get("input_ids");
        for (int row = 0; row < all.size(); row++) {
            int[] ids = new int[all.get(row).size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = all.get(row).get(i).asInt();
            }
            int label = golden.get("labels").get(row).asInt();
            rows.add(new RowInput(row, ids, label, 1.0 / all.size()));
        }
        return rows;
    }
}
