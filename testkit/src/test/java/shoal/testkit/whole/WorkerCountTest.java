package shoal.testkit.whole;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.tls.TlsSettings;
import shoal.proto.v1.RunStatus;
import shoal.recipe.Recipe;
import shoal.recipe.request.RecipeReader;
import shoal.recipe.request.RecipeSources;

/**
 * How many workers compute a run, and what they share by its ZeRO stage, changes no bit of its
 * model and no figure of its log: workers that talk over gRPC and shared memory, with dropout.
 */
@Timeout(600)
final class WorkerCountTest {
    private static final Set<String> TIMINGS =
            Set.of(
                    "train_runtime",
                    "train_samples_per_second",
                    "train_steps_per_second",
                    "eval_runtime",
                    "eval_samples_per_second",
                    "eval_steps_per_second");

    private static final String NO_OPTIMIZER = "";
    private static final String LAMB =
            """
            "optimizer": {"type": "Lamb", "params": {"lr": "auto", "betas": "auto"}},""";

    /** Three steps exchange gradients, three momentum. */
    private static final String ONE_BIT =
            """
            "optimizer": {"type": "OneBitAdam", "params": {"lr": "auto", "freeze_step": 3}},""";

    private static final String ONE_BIT_LAMB =
            """
            "optimizer": {"type": "OneBitLamb", "params": {"lr": "auto", "freeze_step": 3}},""";

    @TempDir Path folder;

    /** What may not depend on the number of workers. */
    private record Result(ByteBuffer model, List<Map<String, Double>> rows) {
        static Result of(String name, RunOutcome outcome) throws IOException {
            assertThat(outcome.last().getStatus())
                    .as("%s: %s", name, outcome.last())
                    .isEqualTo(RunStatus.DONE);
            return new Result(
                    ByteBuffer.wrap(
                            Files.readAllBytes(outcome.output().resolve("model.safetensors"))),
                    outcome.rows().stream().map(Result::withoutTimings).toList());
        }

        private static Map<String, Double> withoutTimings(Map<String, Double> row) {
            Map<String, Double> kept = new LinkedHashMap<>(row);
            kept.keySet().removeAll(TIMINGS);
            return kept;
        }

        void assertSame(String name, Result other) {
            assertThat(other.rows).as(name).isEqualTo(rows);
            assertThat(other.model).as(name).isEqualTo(model);
        }
    }

    @Test
    void two_workers_give_the_model_and_the_log_of_one() throws Exception {
        assertSame(NO_OPTIMIZER, 2, 2, 0, 2);
    }

    @Test
    void two_workers_give_the_model_and_the_log_of_one_with_lamb_too() throws Exception {
        assertSame(LAMB, 2, 2, 2);
    }

    @Test
    void one_to_three_workers_give_the_same_with_compressed_momentum_too() throws Exception {
        assertSame(ONE_BIT, 4, 3, 0);
    }

    @Test
    void one_to_three_workers_give_the_same_with_factors_of_frozen_ratios_too() throws Exception {
        assertSame(ONE_BIT_LAMB, 4, 3, 0);
    }

    @Test
    void workers_that_encrypt_give_the_same_too() throws Exception {
        Recipe recipe = recipe(NO_OPTIMIZER, 2, "\"stage\": 2");
        Result plain;
        try (Cluster cluster = Cluster.start(folder.resolve("plain"), 1, 1)) {
            plain = train(cluster, recipe, "plain", 1);
        }
        TlsSettings on = new TlsSettings(TlsSettings.Mode.ON, List.of(), Optional.empty());
        try (Cluster cluster = Cluster.start(folder.resolve("tls"), 2, 1, on)) {
            plain.assertSame("encrypted", train(cluster, recipe, "encrypted", 2));
        }
    }

    @Test
    void moments_in_files_give_the_model_and_the_log_of_those_in_memory() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        try (Cluster cluster = Cluster.start(folder, 2, 1)) {
            Result memory = train(cluster, recipe(NO_OPTIMIZER, 2, "\"stage\": 2"), "memory", 2);
            Result files = train(cluster, recipe(NO_OPTIMIZER, 2, offloaded(disk)), "files", 2);
            RunOutcome nowhere =
                    cluster.run(
                            "nowhere",
                            recipe(NO_OPTIMIZER, 2, offloaded(folder.resolve("nowhere"))),
                            RunFiles.sample(),
                            2);

            memory.assertSame("files", files);
            assertThat(disk).isEmptyDirectory();
            assertThat(nowhere.last().getStatus()).isEqualTo(RunStatus.FAILED);
            assertThat(nowhere.last().getUserError()).isTrue();
            assertThat(nowhere.last().getProblemsList())
                    .anyMatch(problem -> problem.contains("nowhere, but there is no such folder"));
            assertThat(nowhere.rows()).isEmpty();
        }
    }

    private static String offloaded(Path folder) {
        return """
                "stage": 2, "offload_optimizer": {"device": "nvme", "nvme_path": "%s"}"""
                .formatted(folder);
    }

    @Tag("slow")
    @Test
    void one_to_four_workers_give_the_same_in_every_stage() throws Exception {
        assertSame(NO_OPTIMIZER, 4, 4, 0, 1, 2, 3);
    }

    @Tag("slow")
    @Test
    void one_to_four_workers_give_the_same_in_every_stage_with_lamb_too() throws Exception {
        assertSame(LAMB, 4, 4, 0, 1, 2, 3);
    }

    /** Compares each stage on each number of workers with the first stage on one. */
    private void assertSame(String optimizer, int ranks, int most, int... stages)
            throws IOException, InterruptedException {
        Map<String, Result> results = new LinkedHashMap<>();
        try (Cluster cluster = Cluster.start(folder, most, 1)) {
            for (int stage : stages) {
                for (int workers = 1; workers <= most; workers++) {
                    String name = "stage-" + stage + "-workers-" + workers;
                    results.put(
                            name,
                            train(
                                    cluster,
                                    recipe(optimizer, ranks, "\"stage\": " + stage),
                                    name,
                                    workers));
                }
            }
        }

        Result first = results.values().iterator().next();
        assertThat(first.rows).anyMatch(row -> row.containsKey("loss"));
        assertThat(first.rows).anyMatch(row -> row.containsKey("eval_f1"));
        assertThat(first.rows).anyMatch(row -> row.containsKey("train_loss"));
        results.forEach(first::assertSame);
    }

    private static Result train(Cluster cluster, Recipe recipe, String name, int workers)
            throws IOException, InterruptedException {
        return Result.of(name, cluster.run(name, recipe, RunFiles.sample(), workers));
    }

    /** 6 steps of two rounds of 8 rows a rank, each in 2 slices, with dropout 0.1. */
    private static Recipe recipe(String optimizer, int ranks, String zero) {
        List<String> words =
                List.of(
                        "--train_file", "train.tsv",
                        "--eval_file", "dev.tsv",
                        "--pretrained_model_name_or_path", "model",
                        "--max_seq_length", "32",
                        "--output_dir", "output",
                        "--ranks", Integer.toString(ranks),
                        "--per_device_train_batch_size", "8",
                        "--gradient_accumulation_steps", "2",
                        "--max_steps", "6",
                        "--logging_steps", "1",
                        "--eval_strategy", "steps",
                        "--eval_steps", "3",
                        "--learning_rate", "1e-3",
                        "--deepspeed", "stage.json");
        String deepspeed =
                """
                {
                  %s
                  "zero_optimization": {%s},
                  "gradient_accumulation_steps": "auto",
                  "gradient_clipping": "auto",
                  "train_micro_batch_size_per_gpu": "auto"
                }
                """
                        .formatted(optimizer, zero);
        return RecipeReader.read(new RecipeSources(words, path -> deepspeed.getBytes(UTF_8)))
                .recipe();
    }
}
