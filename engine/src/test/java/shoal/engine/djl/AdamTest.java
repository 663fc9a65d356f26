package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import shoal.engine.Update;
import shoal.model.StateKind;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Adam with the decay in the gradient, beside DeepSpeed's (testkit/scripts/make_rule_golden.py).
 */
final class AdamTest {
    /** DeepSpeed's kernel multiplies and adds in one rounding where ours may take two. */
    private static final double RELATIVE = 1e-6;

    @Test
    void four_updates_equal_those_of_deepspeed_s_adam() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(GoldenCase.resource("adam.json"));
        double rate = golden.get("lr").asDouble();
        OptimizerRecipe recipe =
                new OptimizerRecipe(
                                rate,
                                golden.get("betas").get(0).asDouble(),
                                golden.get("betas").get(1).asDouble(),
                                golden.get("eps").asDouble(),
                                golden.get("weight_decay").asDouble(),
                                0)
                        .with(new UpdateRule.Adam());
        float[] start = floats(golden.get("start"));
        UpdateRange range = new UpdateRange(1, 0, start.length);

        try (DjlEngine engine =
                DjlEngine.open(Fixtures.tiny(0), Fixtures.recipe(1, 0, recipe), 1)) {
            DjlEngine.Parts parts = engine.parts();
            engine.write(StateKind.PARAMETER, 1, 0, Fixtures.bytes(start));
            NativeBuffer gradient =
                    parts.lanes().call(() -> NativeBuffer.zeros(parts.kernel(), start.length));
            AdamW adam = new AdamW(parts.kernel(), recipe, "adam");
            for (int step = 1; step <= golden.get("gradients").size(); step++) {
                gradient.floats().put(0, floats(golden.get("gradients").get(step - 1)));
                Update update = new Update(step, 1, rate);
                parts.lanes()
                        .run(() -> adam.update(parts.model(), gradient.tensor(), range, update));

                float[] unit = Fixtures.parameterUnit(engine, engine.table().units().get(1));
                float[] expected = floats(golden.get("results").get(step - 1));
                assertThat(Distance.relative(Arrays.copyOf(unit, expected.length), expected))
                        .as("step " + step)
                        .isLessThan(RELATIVE);
            }
            parts.lanes().run(gradient::close);
        }
    }

    private static float[] floats(JsonNode values) {
        double[] all =
                StreamSupport.stream(values.spliterator(), false)
                        .mapToDouble(JsonNode::asDouble)
                        .toArray();
        float[] narrow = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            narrow[i] = (float) all[i];
        }
        return narrow;
    }
}
