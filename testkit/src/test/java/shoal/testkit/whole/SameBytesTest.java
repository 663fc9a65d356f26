package shoal.testkit.whole;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.proto.v1.RunStatus;
import shoal.recipe.Recipe;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/** The same recipe gives the same bytes, with dropout, whatever happens while it runs. */
@Timeout(600)
final class SameBytesTest {
    @TempDir Path folder;

    @Test
    void the_same_recipe_gives_the_same_bytes_again_and_on_other_lanes() throws Exception {
        byte[] first;
        byte[] again;
        try (Cluster cluster = Cluster.start(folder.resolve("two"), 2)) {
            first = train(cluster, "first", recipe(42));
            again = train(cluster, "again", recipe(42));
            byte[] otherSeed = train(cluster, "other-seed", recipe(43));
            assertThat(otherSeed).isNotEqualTo(first);
        }
        byte[] oneLane;
        try (Cluster cluster = Cluster.start(folder.resolve("one"), 1)) {
            oneLane = train(cluster, "first", recipe(42));
        }
        byte[] threeLanes;
        try (Cluster cluster = Cluster.start(folder.resolve("three"), 3)) {
            threeLanes = train(cluster, "first", recipe(42));
        }

        assertThat(again).isEqualTo(first);
        assertThat(oneLane).isEqualTo(first);
        assertThat(threeLanes).isEqualTo(first);
    }

    @Test
    void a_coordinator_that_starts_again_in_the_middle_changes_no_byte() throws Exception {
        try (Cluster cluster = Cluster.start(folder, 2)) {
            byte[] undisturbed = train(cluster, "undisturbed", recipe(42));

            cluster.client().submit("disturbed", recipe(42), RunFiles.sample(), 1);
            cluster.client().awaitStep("disturbed", 3);
            cluster.restartCoordinator();
            RunOutcome outcome = cluster.client().follow("disturbed");

            assertThat(weights("disturbed", outcome)).isEqualTo(undisturbed);
            assertThat(outcome.rows().stream().filter(row -> row.containsKey("loss")))
                    .as("every step is logged once")
                    .hasSize(12);
        }
    }

    private static byte[] train(Cluster cluster, String name, Recipe recipe)
            throws IOException, InterruptedException {
        return weights(name, cluster.run(name, recipe, RunFiles.sample()));
    }

    private static byte[] weights(String name, RunOutcome outcome) throws IOException {
        assertThat(outcome.last().getStatus())
                .as("%s: %s", name, outcome.last())
                .isEqualTo(RunStatus.DONE);
        return Files.readAllBytes(outcome.output().resolve("model.safetensors"));
    }

    /** 12 steps of two rounds of 16 rows in 4 slices: 8 leaves a step, with dropout 0.1. */
    private static Recipe recipe(int seed) {
        List<String> words =
                List.of(
                        "--train_file", "train.tsv",
                        "--eval_file", "dev.tsv",
                        "--pretrained_model_name_or_path", "model",
                        "--max_seq_length", "64",
                        "--output_dir", "output",
                        "--per_device_train_batch_size", "16",
                        "--gradient_accumulation_steps", "2",
                        "--max_steps", "12",
                        "--logging_steps", "1",
                        "--learning_rate", "1e-3",
                        "--seed", Integer.toString(seed));
        return RecipeReader.read(
                        new RecipeSources(
                                words,
                                path -> {
                                    throw new NoSuchFileException(path);
                                }))
                .recipe();
    }
}
