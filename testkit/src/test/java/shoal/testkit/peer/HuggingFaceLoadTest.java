package shoal.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.proto.v1.RunStatus;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.testkit.golden.GoldenCurve;
import shoal.testkit.golden.GoldenFolder;
import shoal.testkit.whole.Cluster;
import shoal.testkit.whole.RunFiles;
import shoal.testkit.whole.RunOutcome;

/** A folder that Shoal saved is a HF model: from_pretrained takes it and evaluates to the same. */
final class HuggingFaceLoadTest {
    /** fp32 over 24 rows in another order of addition. */
    private static final double LOSS = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"cosine-accumulate-smooth.json", "random-three-labels.json"})
    void the_result_of_a_run_loads_in_hf_and_evaluates_to_what_was_logged(
            String name, @TempDir Path scratch) throws Exception {
        PeerPython python = PeerPython.require();
        GoldenCurve curve = GoldenFolder.own().curve(name);
        RunOutcome outcome = train(curve, scratch);
        Map<String, Double> logged = lastEvaluation(outcome.rows());

        JsonObject seen = evaluateInHf(python, outcome.output(), curve);

        for (String figure : List.of("accuracy", "precision", "recall", "f1")) {
            assertThat(GoldenFolder.number(seen, "eval_" + figure))
                    .as(figure)
                    .isCloseTo(requireNonNull(logged.get("eval_" + figure)), within(1e-9));
        }
        assertThat(((JsonArray) seen.member("missing").orElseThrow()).values()).isEmpty();
        assertThat(((JsonArray) seen.member("unexpected").orElseThrow()).values()).isEmpty();
        if (curve.recipe().labelSmoothing() == 0) { // HF smooths in its Trainer, not in the model
            assertThat(GoldenFolder.number(seen, "eval_loss"))
                    .isCloseTo(requireNonNull(logged.get("eval_loss")), within(LOSS));
        }
    }

    private static RunOutcome train(GoldenCurve curve, Path scratch)
            throws IOException, InterruptedException {
        try (Cluster cluster = Cluster.start(scratch, 1)) {
            RunOutcome outcome = cluster.run("run", curve.recipe(), RunFiles.of(curve));
            assertThat(outcome.last().getStatus())
                    .as("%s", outcome.last())
                    .isEqualTo(RunStatus.DONE);
            return outcome;
        }
    }

    private static Map<String, Double> lastEvaluation(List<Map<String, Double>> rows) {
        return rows.stream()
                .filter(row -> row.containsKey("eval_loss"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private static JsonObject evaluateInHf(PeerPython python, Path saved, GoldenCurve curve) {
        String line =
                python.lastLineOf(
                        "testkit/scripts/hf_load_check.py",
                        "--model",
                        saved.toString(),
                        "--eval_file",
                        curve.folder().file(curve.evaluationFile()).toString(),
                        "--max_seq_length",
                        String.valueOf(curve.recipe().maxSequenceLength()),
                        "--batch_size",
                        String.valueOf(curve.recipe().batch().evaluationRowsPerDevice()));
        return JsonReader.readObject(line.getBytes(UTF_8), "hf_load_check.py");
    }
}
