package shoal.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.plan.log.LogRow;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.testkit.golden.CurveRun;
import shoal.testkit.golden.GoldenCurve;
import shoal.testkit.golden.GoldenFolder;

/** A folder that Shoal saved is a HF model: from_pretrained takes it and evaluates to the same. */
final class HuggingFaceLoadTest {
    /** fp32 over 24 rows in another order of addition. */
    private static final double LOSS = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"cosine-accumulate-smooth.json", "random-three-labels.json"})
    void a_saved_folder_loads_in_hf_and_evaluates_to_what_shoal_logged(
            String name, @TempDir Path scratch) {
        PeerPython python = PeerPython.require();
        GoldenCurve curve = GoldenFolder.own().curve(name);
        Path saved = scratch.resolve("output");
        LogRow logged = lastEvaluation(CurveRun.savingTo(saved, curve).rows());

        JsonObject seen = evaluateInHf(python, saved, curve);

        for (String figure : List.of("accuracy", "precision", "recall", "f1")) {
            assertThat(GoldenFolder.number(seen, "eval_" + figure))
                    .as(figure)
                    .isCloseTo(logged.number("eval_" + figure).orElseThrow(), within(1e-9));
        }
        assertThat(((JsonArray) seen.member("missing").orElseThrow()).values()).isEmpty();
        assertThat(((JsonArray) seen.member("unexpected").orElseThrow()).values()).isEmpty();
        if (curve.recipe().labelSmoothing() == 0) { // HF smooths in its Trainer, not in the model
            assertThat(GoldenFolder.number(seen, "eval_loss"))
                    .isCloseTo(logged.number("eval_loss").orElseThrow(), within(LOSS));
        }
    }

    private static LogRow lastEvaluation(List<LogRow> rows) {
        return rows.stream()
                .filter(row -> row.number("eval_loss").isPresent())
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
