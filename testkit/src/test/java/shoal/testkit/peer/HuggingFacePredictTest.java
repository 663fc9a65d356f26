package shoal.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import shoal.classifier.Classifier;
import shoal.classifier.ClassifierOptions;
import shoal.classifier.Prediction;
import shoal.model.dataset.DataSet;
import shoal.model.dataset.TextRow;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonValue;

/** Probabilities are those of HF's text-classification pipeline, on rows of the sample. */
@Tag("slow")
final class HuggingFacePredictTest {
    private static final int ROWS = 200;
    private static final int MAX_TOKENS = 192;

    /** fp32 sums in another order; softmax makes differences of logits no larger. */
    private static final double PROBABILITY = 1e-5;

    @Test
    void probabilities_are_those_of_the_pipeline() {
        PeerPython python = PeerPython.require();
        Path root = Path.of(System.getProperty("shoal.root"));
        Path file = root.resolve("data/dev.tsv").toAbsolutePath();
        Path model = root.resolve("data/model").toAbsolutePath();

        String line =
                python.lastLineOf(
                        "testkit/scripts/hf_scores.py",
                        "--model",
                        model.toString(),
                        "--file",
                        file.toString(),
                        "--rows",
                        String.valueOf(ROWS),
                        "--max_seq_length",
                        String.valueOf(MAX_TOKENS));
        List<Prediction> predictions = ours(model, file);

        List<JsonValue> theirs = scores(line);
        assertThat(theirs).hasSize(ROWS);
        for (int row = 0; row < ROWS; row++) {
            List<JsonValue> expected = ((JsonArray) theirs.get(row)).values();
            for (int label = 0; label < expected.size(); label++) {
                assertThat(predictions.get(row).probabilities().get(label))
                        .as("row %d, label %d", row, label)
                        .isCloseTo(
                                ((JsonNumber) expected.get(label)).decimal(), within(PROBABILITY));
            }
        }
    }

    private static List<Prediction> ours(Path model, Path file) {
        List<String> texts =
                DataSet.read(file, file.toString()).rows().stream()
                        .limit(ROWS)
                        .map(TextRow::text)
                        .toList();
        ClassifierOptions options = ClassifierOptions.defaults().withMaxTokens(MAX_TOKENS);
        try (Classifier classifier = Classifier.open(model, options)) {
            return classifier.classify(texts);
        }
    }

    private static List<JsonValue> scores(String line) {
        JsonObject object =
                JsonReader.readObject(
                        ("{\"scores\":" + line + "}").getBytes(UTF_8), "hf_scores.py");
        return ((JsonArray) object.member("scores").orElseThrow()).values();
    }
}
