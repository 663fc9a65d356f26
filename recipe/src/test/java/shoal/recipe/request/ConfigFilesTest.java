package shoal.recipe.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.MonitorRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ZeroRecipe;
import shoal.recipe.ZeroRecipe.Offload;

/** The files that ship with the project, which are the ones that users of HF have. */
class ConfigFilesTest {
    private static final Path ROOT = Path.of(System.getProperty("shoal.root"));
    private static final ScheduleRecipe.WarmupLength WARMUP =
            new ScheduleRecipe.WarmupLength(0, 0.05);

    @Test
    void the_plain_file_says_what_it_says() {
        Recipe recipe = read(ROOT, "train_args.json").recipe();

        assertThat(recipe.batch()).isEqualTo(new BatchRecipe(1, 32, 32, 1, 8, false));
        assertThat(recipe.length()).isEqualTo(new LengthRecipe(3, -1));
        assertThat(recipe.order()).isEqualTo(new OrderRecipe(OrderRecipe.Sampling.RANDOM, 42, 42));
        assertThat(recipe.optimizer()).isEqualTo(new OptimizerRecipe(5e-5, 0.9, 0.999, 1e-8, 0, 1));
        assertThat(recipe.schedule()).isEqualTo(new ScheduleRecipe.Linear(WARMUP));
        assertThat(recipe.evaluation()).isEqualTo(new Cadence(Cadence.Strategy.STEPS, 100, false));
        assertThat(recipe.logging()).isEqualTo(new Cadence(Cadence.Strategy.STEPS, 10, false));
        assertThat(recipe.saving()).isEqualTo(new Cadence(Cadence.Strategy.STEPS, 100, false));
        assertThat(recipe.zero()).isEqualTo(ZeroRecipe.none());
        assertThat(recipe.maxSequenceLength()).isEqualTo(192);
        assertThat(recipe.outputDirectory()).isEqualTo("output");
        assertThat(recipe.notices()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void a_deepspeed_file_changes_the_schedule_and_the_sharding(int stage) {
        Recipe plain = read(ROOT, "train_args.json").recipe();
        Recipe sharded = read(ROOT, "train_args_with_deepspeed_stage" + stage + ".json").recipe();

        assertThat(sharded.zero())
                .isEqualTo(
                        new ZeroRecipe(
                                stage,
                                stage == 0 ? Offload.DEVICE : Offload.CPU,
                                stage == 3 ? Offload.CPU : Offload.DEVICE));
        assertThat(sharded.schedule())
                .isEqualTo(new ScheduleRecipe.Warmup(0, 5e-5, -1, WARMUP, true, true, -1));
        assertThat(sharded.optimizer()).isEqualTo(plain.optimizer().decayingAll());
        assertThat(sharded.batch()).isEqualTo(plain.batch());
        assertThat(sharded.notices())
                .contains(
                        "config/ds_stage"
                                + stage
                                + "_config.json:22: stage and offload change nothing with one"
                                + " worker")
                .noneMatch(notice -> notice.contains("csv_monitor"));
        assertThat(plain.monitor()).isEqualTo(MonitorRecipe.none());
        assertThat(sharded.monitor()).isEqualTo(new MonitorRecipe("output/ds_logs/stage" + stage));
    }

    @Test
    void auto_is_explained_by_what_filled_it() {
        RunRequest request = read(ROOT, "train_args_with_deepspeed_stage3.json");

        assertThat(request.explanation().lines())
                .filteredOn(line -> line.name().equals("optimizer.params.lr"))
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.value()).isEqualTo("5e-5");
                            assertThat(line.origin())
                                    .isEqualTo(
                                            "config/ds_stage3_config.json:9, \"auto\" filled from"
                                                    + " learning_rate");
                        });
    }

    @Test
    void the_files_that_users_have_today_mean_the_same() {
        Path theirs = ROOT.resolve("../shared/configs");
        assumeTrue(Files.isDirectory(theirs), "no ../shared/configs beside the project");

        for (String name : names()) {
            Recipe ours = read(ROOT, name).recipe();
            Recipe read = read(theirs.resolve(".."), name).recipe();
            assertThat(withoutNotices(read)).as(name).isEqualTo(withoutNotices(ours));
        }
    }

    private static List<String> names() {
        return Stream.of(
                        "",
                        "_with_deepspeed_stage0",
                        "_with_deepspeed_stage2",
                        "_with_deepspeed_stage3")
                .map(suffix -> "train_args" + suffix + ".json")
                .toList();
    }

    private static RunRequest read(Path root, String name) {
        List<String> words =
                List.of(
                        "--train_args_file",
                        "config/" + name,
                        "--train_file",
                        "data/train.tsv",
                        "--eval_file",
                        "data/dev.tsv",
                        "--pretrained_model_name_or_path",
                        "model",
                        "--max_seq_length",
                        "192");
        return RecipeReader.read(
                new RecipeSources(words, path -> Files.readAllBytes(resolve(root, path))));
    }

    /** The users' folder is called configs, but its files speak of config. */
    private static Path resolve(Path root, String path) {
        Path here = root.resolve(path);
        return Files.exists(here) ? here : root.resolve(path.replaceFirst("^config/", "configs/"));
    }

    private static Recipe withoutNotices(Recipe recipe) {
        return new Recipe(
                recipe.batch(),
                recipe.length(),
                recipe.order(),
                recipe.optimizer(),
                recipe.schedule(),
                recipe.labelSmoothing(),
                recipe.evaluation(),
                recipe.logging(),
                recipe.saving(),
                recipe.selection(),
                recipe.monitor(),
                recipe.zero(),
                recipe.maxSequenceLength(),
                recipe.labels(),
                recipe.outputDirectory(),
                List.of());
    }
}
