package shoal.recipe.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import shoal.recipe.RecipeJson;
import shoal.recipe.UserException;

/** Files and flags with random damage are read, or refused as the user's; nothing else happens. */
class MutationTest {
    private static final Path CONFIG = Path.of(System.getProperty("shoal.root"), "config");
    private static final int RUNS = 600;

    /** What damage is made of: pieces that mean something to a reader. */
    private static final List<String> PIECES =
            List.of(
                    "\"",
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "null",
                    "true",
                    "-1",
                    "0",
                    "1e999",
                    "1e-999",
                    "2147483647",
                    "9223372036854775808",
                    "0.5",
                    "1.5",
                    "\"auto\"",
                    "\"no\"",
                    "\"\"",
                    "{}",
                    "[]",
                    "\n",
                    "\\u0000",
                    "é",
                    "\"seed\": 1,",
                    "\"deepspeed\": {},",
                    "=",
                    "--");

    @Test
    void damage_is_the_user_s_fault_and_never_ours() throws IOException {
        String arguments =
                Files.readString(CONFIG.resolve("train_args_with_deepspeed_stage3.json"));
        String deepspeed = Files.readString(CONFIG.resolve("ds_stage3_config.json"));
        int refused = 0;

        for (long seed = 0; seed < RUNS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            String badArguments = seed % 2 == 0 ? damaged(arguments, random) : arguments;
            String badDeepspeed = seed % 3 == 0 ? damaged(deepspeed, random) : deepspeed;
            RecipeSources sources =
                    new RecipeSources(
                            words(random),
                            path ->
                                    (path.equals("args.json") ? badArguments : badDeepspeed)
                                            .getBytes(UTF_8));
            try {
                RunRequest request = RecipeReader.read(sources);
                assertThat(RecipeJson.read(RecipeJson.write(request.recipe())))
                        .isEqualTo(request.recipe());
            } catch (UserException expected) {
                assertThat(expected.problems()).isNotEmpty();
                refused++;
            } catch (RuntimeException ours) {
                throw new AssertionError("seed " + seed + ": " + badArguments + badDeepspeed, ours);
            }
        }

        assertThat(refused).isBetween(RUNS / 4, RUNS - 1);
    }

    private static List<String> words(SplittableRandom random) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--train_args_file",
                                "args.json",
                                "--train_file",
                                "t.tsv",
                                "--eval_file",
                                "e.tsv",
                                "--pretrained_model_name_or_path",
                                "m"));
        if (random.nextInt(3) == 0) {
            List<String> names = OwnArguments.ALL.names();
            words.add("--" + names.get(random.nextInt(names.size())));
            words.add(PIECES.get(random.nextInt(PIECES.size())));
        }
        return words;
    }

    private static String damaged(String text, SplittableRandom random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            int at = random.nextInt(damaged.length());
            int value = damaged.indexOf(": ", at);
            if (random.nextBoolean() && value >= 0) {
                int end = damaged.indexOf(",", value);
                damaged.replace(value + 2, end < 0 ? value + 3 : end, piece);
            } else {
                damaged.replace(at, Math.min(damaged.length(), at + random.nextInt(4)), piece);
            }
        }
        return damaged.toString();
    }
}
