package shoal.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import shoal.coordinator.core.Course;
import shoal.coordinator.core.Demand;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.Ledger;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.core.ResumePoint;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.core.Submission;
import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.recipe.Recipe;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/**
 * The best checkpoint, those that stay, and the model a run ends with are HF's for the same figures
 * (testkit/scripts/best_checkpoints.py asks its Trainer).
 */
final class BestCheckpointTest {
    private static final Path CASES =
            Path.of(
                    System.getProperty("shoal.root"),
                    "testkit/src/test/resources/golden/best-checkpoints.json");

    @TestFactory
    Stream<DynamicTest> every_case() throws IOException {
        JsonObject file = JsonReader.readPythonsObject(Files.readAllBytes(CASES), "cases");
        List<JsonObject> cases = list(file, "cases").stream().map(JsonObject.class::cast).toList();
        assertThat(cases).hasSizeGreaterThan(20);
        return cases.stream()
                .map(
                        one ->
                                DynamicTest.dynamicTest(
                                        ((JsonText) one.member("name").orElseThrow()).text(),
                                        () -> check(object(one, "given"), object(one, "answer"))));
    }

    private static void check(JsonObject given, JsonObject answer) {
        List<JsonValue> figures = list(given, "figures");
        RunSpec spec = spec(given, figures.size());
        SelectionRecipe recipe = spec.recipe().selection();
        Selection selection = Selection.none();
        List<Integer> kept = new ArrayList<>();
        for (int step = 1; step <= figures.size(); step++) {
            double figure = ((JsonNumber) figures.get(step - 1)).decimal();
            LogValue value = LogValue.number("eval_" + recipe.metric(), figure);
            selection = selection.evaluated(recipe, new LogRow(List.of(value)), step);
            if (step % spec.recipe().saving().steps() == 0) {
                selection = selection.saved(step);
                kept.add(step);
                rotate(kept, spec, step, selection.bestCheckpoint());
            }
        }
        int best = selection.bestCheckpoint();
        if (best > 0 && recipe.checkpointsKept() == 1) {
            rotate(kept, spec, best, best); // As core.Finish does when the result is written.
        }

        assertThat(selection.bestMetric()).hasValue(number(answer, "best_metric"));
        assertThat(selection.bestStep()).isEqualTo((int) number(answer, "best_step"));
        assertThat(best).isEqualTo((int) number(answer, "best_checkpoint"));
        assertThat(kept.stream().sorted().map(step -> "" + step))
                .containsExactlyElementsOf(
                        list(answer, "checkpoints").stream().map(JsonValue::inWords).toList());
        int result = sealing(spec, selection, figures.size()).weightsOf();
        assertThat(result == 0 ? figures.size() : result)
                .isEqualTo((int) number(answer, "model_of_step"));
    }

    private static void rotate(List<Integer> kept, RunSpec spec, int newest, int best) {
        int limit = spec.recipe().selection().checkpointsKept();
        if (limit > 0) {
            kept.removeAll(
                    Rotation.surplus(
                            kept, new Effect.RotateCheckpoints(spec, newest, best, limit)));
        }
    }

    private static Effect.SealOutput sealing(RunSpec spec, Selection selection, int step) {
        TrainingLog log = new TrainingLog(step, step, 0, 1, OptionalDouble.empty(), 1, 0);
        return new Effect.SealOutput(
                new Fence(spec.name(), 1),
                spec,
                Course.of(spec.recipe(), new LoadFacts(8, 6, 2, 100)),
                Ledger.at(new ResumePoint(log, List.of(), selection), Instant.EPOCH));
    }

    /** The recipe of the arguments that HF was given. */
    private static RunSpec spec(JsonObject given, int steps) {
        Map<String, String> flags = new TreeMap<>();
        flags.put("train_file", "train.tsv");
        flags.put("eval_file", "dev.tsv");
        flags.put("pretrained_model_name_or_path", "model");
        flags.put("max_steps", "" + steps);
        flags.put("eval_strategy", "steps");
        flags.put("eval_steps", "1");
        flags.put("save_strategy", "steps");
        flags.put("save_steps", "1");
        flags.put("load_best_model_at_end", "true");
        given.members().forEach((name, value) -> flags.put(name, text(value)));
        flags.remove("figures");
        List<String> words = new ArrayList<>();
        flags.forEach((name, value) -> words.addAll(List.of("--" + name, value)));
        Recipe recipe = RecipeReader.read(new RecipeSources(words, path -> new byte[0])).recipe();
        return new RunSpec(new RunName("r"), new Submission(recipe, "{}", List.of(), Demand.ONE));
    }

    private static String text(JsonValue value) {
        return value instanceof JsonText text ? text.text() : value.inWords();
    }

    private static JsonObject object(JsonObject of, String name) {
        return (JsonObject) of.member(name).orElseThrow();
    }

    private static List<JsonValue> list(JsonObject of, String name) {
        return ((JsonArray) of.member(name).orElseThrow()).values();
    }

    /** 0 for null: where HF says that there is none. */
    private static double number(JsonObject of, String name) {
        return of.members().get(name) instanceof JsonNumber number ? number.decimal() : 0;
    }
}
