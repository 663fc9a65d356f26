package shoal.testkit.golden;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.recipe.Recipe;
import shoal.recipe.json.JsonObject;
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

    public String model() {
        return GoldenFolder.text(json, "model", "gpt2-tiny");
    }

    public String trainFile() {
        return GoldenFolder.text(json, "train_file", "train.tsv");
    }

    public String evaluationFile() {
        return GoldenFolder.text(json, "eval_file", "dev.tsv");
    }

    /** Files of DeepSpeed runs have the number of their ranks. */
    public boolean hasOneRank() {
        return json.member("ranks").isEmpty();
    }

    /** Read as a user's files are. */
    public Recipe recipe() {
        JsonObject arguments = (JsonObject) json.member("train_args").orElseThrow();
        byte[] file = JsonWriter.compact(arguments).getBytes(UTF_8);
        List<String> words =
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
                        String.valueOf((int) GoldenFolder.number(json, "max_seq_length")));
        return RecipeReader.read(new RecipeSources(words, path -> file)).recipe();
    }

    public List<JsonObject> logHistory() {
        return GoldenFolder.array(json, "log_history").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    public Map<String, Double> finalParameterNorms() {
        Map<String, Double> norms = new TreeMap<>();
        ((JsonObject) json.member("final_parameter_norms").orElseThrow())
                .members()
                .forEach((name, norm) -> norms.put(name, GoldenFolder.number(norm)));
        return norms;
    }
}
