package shoal.engine.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.engine.InferenceEngine;
import shoal.engine.RowInput;
import shoal.engine.RowResult;
import shoal.model.GptConfig;
import shoal.model.Parameter;

final class DjlInferenceTest {
    /** Wide enough for every kind of vector loop, with up to 256 tokens. */
    private static final GptConfig CONFIG =
            new GptConfig(50, 256, 48, 2, 3, 200, 3, 0, 1e-5, 0.02, 0.1, 0.1, 0.1);

    @Test
    void logits_equal_those_of_hf() throws IOException {
        assertEqualsHf(GoldenCase.own());
    }

    @Test
    void those_of_the_larger_case_too() throws IOException {
        assertEqualsHf(GoldenCase.shared());
    }

    @Test
    void a_row_has_the_same_bits_alone_among_others_and_on_any_lanes() {
        long seed = 11;
        List<int[]> rows = rows(40, seed);
        List<float[]> alone = new ArrayList<>();
        List<float[]> together;
        try (InferenceEngine one = random(1)) {
            together = one.logits(rows);
            for (int[] row : rows) {
                alone.addAll(one.logits(List.of(row)));
            }
        }
        List<Integer> order = new ArrayList<>();
        for (int place = 0; place < rows.size(); place++) {
            order.add(place);
        }
        Collections.shuffle(order, new Random(seed));

        List<float[]> shuffled;
        try (InferenceEngine three = random(3)) {
            shuffled = three.logits(order.stream().map(rows::get).toList());
        }

        assertThat(together).usingElementComparator(Arrays::compare).isEqualTo(alone);
        for (int place = 0; place < order.size(); place++) {
            assertThat(shuffled.get(place))
                    .as("row %d, seed %d", order.get(place), seed)
                    .containsExactly(alone.get(order.get(place)));
        }
    }

    /** Both engines compute the same function; shapes of products differ, so last bits may. */
    @Test
    void evaluation_in_training_says_the_same() {
        List<RowInput> rows = Fixtures.rows(20, CONFIG, 5);
        List<RowResult> evaluated;
        try (DjlEngine engine =
                DjlEngine.open(CONFIG, Fixtures.recipe(4, 0, Fixtures.ADAMW), new Lanes(1))) {
            Fixtures.randomParameters(engine, 3);
            evaluated = engine.evaluate(rows);
        }

        List<float[]> logits;
        try (InferenceEngine engine = random(2)) {
            logits = engine.logits(rows.stream().map(RowInput::ids).toList());
        }

        for (int row = 0; row < rows.size(); row++) {
            assertThat(logits.get(row)).containsExactly(evaluated.get(row).logits(), within(1e-5f));
        }
    }

    @Test
    void rows_that_the_model_cannot_read_are_refused_before_anything_is_computed() {
        try (InferenceEngine engine = random(1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.logits(List.of(new int[] {1}, new int[] {50})))
                    .withMessage("row 1 has token id 50 at 0, the model has ids 0 to 49");
            assertThat(engine.logits(List.of())).isEmpty();
            assertThat(engine.logits(List.of(new int[] {1})).get(0)).hasSize(3);
        }
    }

    private static void assertEqualsHf(GoldenCase golden) {
        List<int[]> rows = golden.rows().stream().map(RowInput::ids).toList();

        try (InferenceEngine engine = DjlInference.open(golden.config(), 2)) {
            writeAll(engine, golden.weights());
            List<float[]> logits = engine.logits(rows);

            for (int row = 0; row < rows.size(); row++) {
                for (int label = 0; label < golden.config().labels(); label++) {
                    assertThat((double) logits.get(row)[label])
                            .isCloseTo(golden.logit(row, label), within(1e-5));
                }
            }
        }
    }

    private static void writeAll(InferenceEngine engine, Map<String, float[]> tensors) {
        for (Parameter parameter : engine.table().parameters()) {
            float[] values = requireNonNull(tensors.get(parameter.name()));
            engine.write(parameter.unit(), parameter.offsetElements(), Fixtures.bytes(values));
        }
    }

    /** The parameters of {@link Fixtures#randomParameters} with seed 3. */
    private static InferenceEngine random(int lanes) {
        InferenceEngine engine = DjlInference.open(CONFIG, lanes);
        writeAll(engine, Fixtures.randomTensors(engine.table(), 3));
        return engine;
    }

    private static List<int[]> rows(int count, long seed) {
        return Fixtures.rows(count, CONFIG, seed).stream().map(RowInput::ids).toList();
    }
}
