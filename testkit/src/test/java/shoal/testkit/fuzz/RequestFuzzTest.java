package shoal.testkit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.recipe.RecipeJson;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;
import shoal.recipe.request.RunRequest;

/** Any bytes as a file of TrainingArguments, a DeepSpeed configuration, and flags one a line. */
class RequestFuzzTest {
    private static final List<String> WORDS =
            List.of(
                    "--train_args_file",
                    "args.json",
                    "--train_file",
                    "train.tsv",
                    "--eval_file",
                    "dev.tsv",
                    "--pretrained_model_name_or_path",
                    "model");

    /** Every known key is explained, whatever is given; instrumented code allocates more. */
    private static final long FIXED_BYTES = 48 << 20;

    @FuzzTest
    void reads(byte[] input) {
        List<byte[]> files = Reading.files(input, 3);
        List<String> words = new ArrayList<>(WORDS);
        words.addAll(new String(files.get(2), UTF_8).lines().toList());
        Map<String, byte[]> byName = Map.of("args.json", files.get(0), "ds.json", files.get(1));
        RecipeSources sources =
                new RecipeSources(
                        words,
                        path ->
                                Optional.ofNullable(byName.get(path))
                                        .orElseThrow(() -> new NoSuchFileException(path)));
        Reading.of(
                input,
                FIXED_BYTES,
                () -> {
                    RunRequest request = RecipeReader.read(sources);
                    assertThat(RecipeJson.read(RecipeJson.write(request.recipe())))
                            .isEqualTo(request.recipe());
                });
    }
}
