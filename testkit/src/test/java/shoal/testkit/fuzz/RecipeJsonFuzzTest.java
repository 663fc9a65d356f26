package shoal.testkit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import shoal.recipe.Recipe;
import shoal.recipe.RecipeJson;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/** Any text as a recipe that arrives over the wire; what is read is written as it was meant. */
class RecipeJsonFuzzTest {
    private static final Path ROOT = Path.of(System.getProperty("shoal.root", "."));

    /** Recipes of the configurations that ship with the project, whatever today's format is. */
    static Stream<Arguments> recipes() {
        return Stream.of("train_args.json", "train_args_with_deepspeed_stage3.json")
                .map(RecipeJsonFuzzTest::recipe)
                .map(recipe -> Arguments.of((Object) RecipeJson.write(recipe).getBytes(UTF_8)));
    }

    private static Recipe recipe(String arguments) {
        List<String> words =
                List.of(
                        "--train_args_file",
                        "config/" + arguments,
                        "--train_file",
                        "train.tsv",
                        "--eval_file",
                        "dev.tsv",
                        "--pretrained_model_name_or_path",
                        "model");
        return RecipeReader.read(
                        new RecipeSources(words, file -> Files.readAllBytes(ROOT.resolve(file))))
                .recipe();
    }

    @MethodSource("recipes")
    @FuzzTest
    void reads(byte[] input) {
        String text = new String(input, UTF_8);
        Reading.of(
                input,
                () -> {
                    Recipe recipe = RecipeJson.read(text);
                    assertThat(RecipeJson.read(RecipeJson.write(recipe))).isEqualTo(recipe);
                });
    }
}
