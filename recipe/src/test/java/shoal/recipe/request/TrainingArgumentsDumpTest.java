package shoal.recipe.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.recipe.huggingface.TrainingArguments;
import shoal.recipe.json.JsonArray;
import shoal.recipe.json.JsonNull;
import shoal.recipe.json.JsonObject;
import shoal.recipe.json.JsonReader;
import shoal.recipe.json.JsonText;
import shoal.recipe.json.JsonValue;
import shoal.recipe.json.JsonWriter;

/**
 * What TrainingArguments.to_json_string() writes, and each field of it set to other values that HF
 * accepts: read, or refused for a reason of its own (testkit/scripts/make_training_arguments.py).
 */
class TrainingArgumentsDumpTest {
    /** Fields of which some value is refused, with how each reason starts. */
    private static final Map<String, String> REFUSED =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("accelerator_config", "Set it to "),
                            Map.entry("adafactor", "Adafactor is not supported"),
                            Map.entry("auto_find_batch_size", "The batch size is part of"),
                            Map.entry("fp16", "Float16 is not supported"),
                            Map.entry("fp16_full_eval", "Float16 is not supported"),
                            Map.entry("fsdp", "FSDP is not supported"),
                            Map.entry("lr_scheduler_type", "lr_scheduler_kwargs needs"),
                            Map.entry("metric_for_best_model", "The metrics are"),
                            Map.entry("neftune_noise_alpha", "Noise on embeddings"),
                            Map.entry("optim", "This optimizer is not supported"),
                            Map.entry("optim_args", "AdamW has no arguments"),
                            Map.entry("optim_target_modules", "AdamW updates all parameters"),
                            Map.entry("prediction_loss_only", "Accuracy, precision, recall"),
                            Map.entry("save_strategy", "Nothing is evaluated")));

    @ParameterizedTest
    @ValueSource(strings = {"4.57.6", "5.24.0"})
    void a_dump_of_all_arguments_is_read_as_if_nothing_were_set(String version) throws IOException {
        Map<String, JsonValue> dump = dump(version).members();

        RunRequest request = read(dump);

        RunRequest bare = read(Map.of("output_dir", JsonText.of("out")));
        assertThat(request.recipe())
                .usingRecursiveComparison()
                .ignoringFields("notices")
                .isEqualTo(bare.recipe());
        assertThat(request.inputs()).isEqualTo(bare.inputs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.57.6", "5.24.0"})
    void each_other_value_of_a_field_is_read_or_refused_for_a_reason_of_its_own(String version)
            throws IOException {
        int read = 0;
        TreeSet<String> refused = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        JsonObject values = (JsonObject) file(version).member("values").orElseThrow();
        for (Map.Entry<String, JsonValue> field : values.members().entrySet()) {
            for (JsonValue value : ((JsonArray) field.getValue()).values()) {
                Map<String, JsonValue> changed = new LinkedHashMap<>(dump(version).members());
                changed.put(field.getKey(), value);
                List<String> problems = problems(changed);
                if (problems.isEmpty()) {
                    read++;
                } else if (isReason(field.getKey(), problems)) {
                    refused.add(field.getKey());
                } else {
                    wrong.add(field.getKey() + " " + value.inWords() + ": " + problems);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(read).isGreaterThan(200);
        assertThat(REFUSED.keySet()).containsAll(refused);
        assertThat(TrainingArguments.TABLE.names()).containsAll(values.members().keySet());
    }

    private static boolean isReason(String field, List<String> problems) {
        String reason = REFUSED.getOrDefault(field, "no reason is known");
        return problems.size() == 1 && problems.get(0).contains(reason);
    }

    private static List<String> problems(Map<String, JsonValue> changed) {
        try {
            read(changed);
            return List.of();
        } catch (UserException expected) {
            return expected.problems().stream().map(Problem::toString).toList();
        }
    }

    private static RunRequest read(Map<String, JsonValue> arguments) {
        byte[] text = JsonWriter.compact(JsonObject.of(arguments)).getBytes(UTF_8);
        List<String> words =
                List.of(
                        "--train_file",
                        "train.tsv",
                        "--eval_file",
                        "dev.tsv",
                        "--pretrained_model_name_or_path",
                        "model",
                        "--train_args_file",
                        "args.json");
        return RecipeReader.read(
                new RecipeSources(
                        words,
                        path -> {
                            if (!path.equals("args.json")) {
                                throw new NoSuchFileException(path);
                            }
                            return text;
                        }));
    }

    private static JsonObject dump(String version) throws IOException {
        return (JsonObject) file(version).member("dump").orElse(new JsonNull(0));
    }

    private static JsonObject file(String version) throws IOException {
        String name = "/shoal/recipe/huggingface/arguments-" + version + ".json";
        try (InputStream in = TrainingArgumentsDumpTest.class.getResourceAsStream(name)) {
            return JsonReader.readObject(requireNonNull(in, name).readAllBytes(), name);
        }
    }
}
