package shoal.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.classifier.Classifier;
import shoal.classifier.ClassifierOptions;
import shoal.classifier.Prediction;
import shoal.model.GptConfig;
import shoal.model.checkpoint.ModelFolder;
import shoal.model.json.Json;
import shoal.model.json.Members;
import shoal.model.json.PythonJson;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;

/**
 * Probabilities are HF's with every key of config.json, and what HF refuses is refused: {@code
 * testkit/scripts/make_config_golden.py}.
 */
final class ConfigGoldenTest {
    /** As for any model: sums of some hundred terms in another order differ by 1e-6. */
    private static final double CLOSE = 1e-5;

    private static final Path FOLDER = GoldenFolder.own().file("configs");
    private static final JsonObject GOLDEN =
            Json.readPythonsObject(FOLDER.resolve("cases.json"), "cases.json");

    private static final List<String> TEXTS =
            Json.items(GOLDEN, "texts").orElseThrow().stream()
                    .map(text -> ((JsonText) text).text())
                    .toList();

    @TempDir private Path folder;

    private final Map<List<Object>, List<Prediction>> predictions = new HashMap<>();

    private final List<String> wrong = new ArrayList<>();
    private int computed;
    private int refused;

    @Test
    void every_key_of_config_json_does_what_it_does_at_hf() throws IOException {
        Files.copy(FOLDER.resolve("vocab.txt"), folder.resolve("vocab.txt"));
        List<JsonValue> plain = rows(cases().get(0));
        for (JsonObject each : cases()) {
            write(each);
            if (each.member("refused").isPresent()) {
                requireRefusal(each);
            } else {
                compare(each, each.member("probabilities").isPresent() ? rows(each) : plain);
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(computed).isGreaterThan(200);
        assertThat(refused).isGreaterThan(35);
        assertThat(predictions).hasSizeGreaterThan(25);
    }

    private void write(JsonObject each) throws IOException {
        Members config = new Members(Json.object(GOLDEN, "config").orElseThrow());
        Json.object(each, "set").ifPresent(edits -> edits.members().forEach(config::put));
        Json.items(each, "remove")
                .ifPresent(keys -> keys.forEach(key -> config.remove(((JsonText) key).text())));
        Files.writeString(folder.resolve("config.json"), PythonJson.sorted(config.object()));
        Path weights = folder.resolve("model.safetensors");
        Files.deleteIfExists(weights);
        Files.copy(FOLDER.resolve(Json.text(each, "weights").orElse("model.safetensors")), weights);
    }

    private void requireRefusal(JsonObject each) {
        refused++;
        try {
            ModelFolder.open(folder, "m");
            wrong.add("taken: " + shown(each));
        } catch (UserException expected) {
            assertThat(expected.problems()).isNotEmpty();
        }
    }

    /** Twice: of the folder, and with the config.json that a run from it would end with. */
    private void compare(JsonObject each, List<JsonValue> expected) throws IOException {
        computed++;
        try {
            String after = ModelFolder.open(folder, "m").classifierConfigJson();
            compare(each, "", expected);
            Files.writeString(folder.resolve("config.json"), after);
            compare(each, " after training", expected);
        } catch (UserException refusal) {
            wrong.add("refused: " + shown(each) + ": " + refusal.getMessage());
        }
    }

    private void compare(JsonObject each, String when, List<JsonValue> expected) {
        List<Prediction> found = predictions(Json.text(each, "weights").orElse(""));
        for (int text = 0; text < found.size(); text++) {
            double distance = distance(found.get(text), (JsonArray) expected.get(text));
            if (!(distance <= CLOSE)) {
                wrong.add(shown(each) + when + ": text " + text + " differs by " + distance);
            }
        }
    }

    /** One computation for each configuration: keys that change nothing read as the same one. */
    private List<Prediction> predictions(String weights) {
        GptConfig config = ModelFolder.open(folder, "m").config();
        return predictions.computeIfAbsent(
                List.of(config, weights),
                unknown -> {
                    try (Classifier classifier =
                            Classifier.open(folder, ClassifierOptions.defaults().withLanes(1))) {
                        return classifier.classify(TEXTS);
                    }
                });
    }

    private static double distance(Prediction found, JsonArray expected) {
        assertThat(found.probabilities()).hasSameSizeAs(expected.values());
        double most = 0;
        for (int label = 0; label < expected.values().size(); label++) {
            double other = ((JsonNumber) expected.values().get(label)).decimal();
            most = Math.max(most, Math.abs(found.probabilities().get(label) - other));
        }
        return most;
    }

    private static String shown(JsonObject each) {
        Optional<JsonValue> edits = each.member("set").or(() -> each.member("weights"));
        return edits.map(PythonJson::sorted).orElse("nothing set")
                + each.member("remove").map(PythonJson::sorted).orElse("");
    }

    private static List<JsonValue> rows(JsonObject each) {
        return Json.items(each, "probabilities").orElseThrow();
    }

    private static List<JsonObject> cases() {
        return Json.items(GOLDEN, "cases").orElseThrow().stream()
                .map(JsonObject.class::cast)
                .toList();
    }
}
