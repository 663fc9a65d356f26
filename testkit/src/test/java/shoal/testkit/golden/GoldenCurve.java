package shoal.testkit.golden;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import shoal.recipe.Recipe;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/**
 * One run of HF Trainer: its arguments, its log rows without timings, the norms of its final
 * parameters.
 *
 * @param folder where it lies, with the model and the rows
 * @param name of the file
 * @param json the file
 */
public record GoldenCurve(GoldenFolder folder, String name, JsonObject json) {
    private static final String ARGUMENTS_FILE = "train_args.json";
    private static final String DEEPSPEED_FILE = "ds_config.json";

    public String model() {
        return GoldenFolder.text(json, "model", "gpt2-tiny");
    }

    public String trainFile() {
        return GoldenFolder.text(json, "train_file", "train.tsv");
    }

    public String evaluationFile() {
        return GoldenFolder.text(json, "eval_file", "dev.tsv");
    }

    /** Read as a user's files are. */
    public Recipe recipe() {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--train_args_file",
                                ARGUMENTS_FILE,
                                "--train_file",
                                trainFile(),
                                "--eval_file",
                                evaluationFile(),
                                "--pretrained_model_name_or_path",
                                model(),
                                "--max_seq_length",
                                String.valueOf((int) GoldenFolder.number(json, "max_seq_length"))));
        Map<String, JsonValue> files = new TreeMap<>();
        files.put(ARGUMENTS_FILE, json.member("train_args").orElseThrow());
        json.member("deepspeed_config")
                .ifPresent(
                        config -> {
                            files.put(DEEPSPEED_FILE, config);
                            words.addAll(List.of("--deepspeed", DEEPSPEED_FILE));
                        });
        json.member("ranks")
                .ifPresent(
                        ranks ->
                                words.addAll(
                                        List.of(
                                                "--ranks",
                                                String.valueOf((int) GoldenFolder.number(ranks)))));
        return RecipeReader.read(
                        new RecipeSources(
                                words,
                                path ->
                                        JsonWriter.compact(requireNonNull(files.get(path), path))
                                                .getBytes(UTF_8)))
                .recipe();
    }

    public List<JsonObject> logHistory() {
        return GoldenFolder.array(json, "log_history").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /** What DeepSpeed's csv_monitor wrote; none for a run without it. */
    public Optional<Path> rates() {
        return Optional.of(folder.file("curves/" + name.replace(".json", ".lr.csv")))
                .filter(Files::exists);
    }

    /** Empty for a run that did not save them. */
    public Map<String, Double> finalParameterNorms() {
        Map<String, Double> norms = new TreeMap<>();
        json.member("final_parameter_norms")
                .ifPresent(
                        all ->
                                ((JsonObject) all)
                                        .members()
                                        .forEach(
                                                (name, norm) ->
                                                        norms.put(
                                                                name, GoldenFolder.number(norm))));
        return norms;
    }
}
