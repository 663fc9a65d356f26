package shoal.testkit.golden;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import shoal.model.tokenizer.Tokenizer;
import shoal.plan.step.MicroBatch;
import shoal.plan.step.RowOrder;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonValue;

/** Which rows a step reads, and as which tokens, equal HF's on the project's own cases. */
final class GoldenRowsTest {
    private static final GoldenFolder OWN = GoldenFolder.own();

    @Test
    void texts_become_the_ids_of_hf() throws IOException {
        List<String> lines = Files.readAllLines(OWN.file("tokens.jsonl"));
        assertThat(lines).hasSizeGreaterThan(40);
        for (String line : lines) {
            JsonObject expected = JsonReader.readObject(line.getBytes(UTF_8), "tokens.jsonl");
            String text = GoldenFolder.text(expected, "text", "");
            int maxLength = (int) GoldenFolder.number(expected, "max_length");
            try (Tokenizer tokenizer = Tokenizer.open(OWN.file("gpt2-tiny"), maxLength)) {
                assertThat(tokenizer.encode(text))
                        .as(text)
                        .isEqualTo(
                                GoldenFolder.integers(expected.member("input_ids").orElseThrow()));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> permutations_are_those_of_torch() {
        return GoldenFolder.array(OWN.json("row-orders.json"), "orders").stream()
                .map(JsonObject.class::cast)
                .map(
                        expected ->
                                DynamicTest.dynamicTest(
                                        "%.0f rows, seed %.0f"
                                                .formatted(
                                                        GoldenFolder.number(expected, "rows"),
                                                        GoldenFolder.number(expected, "seed")),
                                        () -> checkPermutation(expected)));
    }

    @Test
    void a_random_run_reads_the_rows_that_hf_read() {
        GoldenCurve curve =
                OWN.curves().stream()
                        .filter(one -> one.name().startsWith("random"))
                        .findFirst()
                        .orElseThrow();
        List<JsonValue> epochs = GoldenFolder.array(curve.json(), "row_order_by_epoch");
        int rows = GoldenFolder.integers(epochs.get(0)).length;
        TrainingPlan plan = TrainingPlan.of(curve.recipe(), rows);

        for (int epoch = 0; epoch < epochs.size(); epoch++) {
            int first = epoch * plan.stepsPerEpoch() + 1;
            int[] read =
                    IntStream.range(first, first + plan.stepsPerEpoch())
                            .boxed()
                            .flatMap(step -> plan.microBatches(step).stream())
                            .map(MicroBatch::rows)
                            .flatMapToInt(Arrays::stream)
                            .toArray();
            assertThat(read)
                    .as("epoch %d", epoch)
                    .isEqualTo(GoldenFolder.integers(epochs.get(epoch)));
        }
    }

    private static void checkPermutation(JsonObject expected) {
        int rows = (int) GoldenFolder.number(expected, "rows");
        long seed = (long) GoldenFolder.number(expected, "seed");
        int[] first = GoldenFolder.integers(expected.member("first").orElseThrow());
        int[] last = GoldenFolder.integers(expected.member("last").orElseThrow());

        int[] order = RowOrder.of(new OrderRecipe(Sampling.RANDOM, 0, seed), rows, 0);

        assertThat(order).startsWith(first).endsWith(last);
    }
}
