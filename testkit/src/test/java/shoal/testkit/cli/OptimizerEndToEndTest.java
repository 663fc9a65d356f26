package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other rules than AdamW from a DeepSpeed file: trained by several processes, and gone on with. */
@Timeout(300)
final class OptimizerEndToEndTest {
    @TempDir Path folder;

    private static final String RESUME = "--resume_from_checkpoint";

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Files.writeString(
                folder.resolve("lamb.json"),
                """
                {
                  "zero_optimization": {"stage": 2},
                  "train_micro_batch_size_per_gpu": "auto",
                  "optimizer": {
                    "type": "Lamb",
                    "params": {"lr": "auto", "weight_decay": "auto", "max_coeff": 5}
                  },
                  "scheduler": {
                    "type": "WarmupCosineLR",
                    "params": {"total_num_steps": "auto", "warmup_num_steps": "auto"}
                  }
                }
                """);
        Files.writeString(
                folder.resolve("onebit.json"),
                """
                {
                  "train_micro_batch_size_per_gpu": "auto",
                  "optimizer": {
                    "type": "OneBitAdam",
                    "params": {"lr": "auto", "weight_decay": "auto", "freeze_step": 3}
                  }
                }
                """);
    }

    private static String oneBitLamb(int freezeStep) {
        return """
                {
                  "train_micro_batch_size_per_gpu": "auto",
                  "optimizer": {
                    "type": "OneBitLamb",
                    "params": {"lr": "auto", "weight_decay": "auto", "freeze_step": %d}
                  }
                }
                """
                .formatted(freezeStep);
    }

    @Test
    void lamb_goes_on_from_a_checkpoint_with_the_bytes_of_a_run_that_never_stopped()
            throws Exception {
        done(train("whole", "--workers", "2"));
        done(train("again", "--resume_from_checkpoint", "whole/checkpoint-5"));

        assertSame("model.safetensors", "whole", "again");
        assertSame("optimizer.safetensors", "whole/checkpoint-10", "again/checkpoint-10");
        assertThat(Files.readString(folder.resolve("whole/checkpoint-5/shoal.json")))
                .contains("lamb");
    }

    @Test
    void one_bit_adam_goes_on_after_its_freeze_with_other_workers_and_the_same_bytes()
            throws Exception {
        String[] oneBit = {"--ranks", "3", "--deepspeed", "onebit.json"};
        done(train("whole", and(oneBit, "--workers", "3")));
        done(train("again", and(oneBit, "--workers", "2", RESUME, "whole/checkpoint-5")));
        done(train("alone", and(oneBit, "--workers", "1", RESUME, "whole/checkpoint-5")));

        for (String other : List.of("again", "alone")) {
            assertSame("model.safetensors", "whole", other);
            assertSame("optimizer.safetensors", "whole/checkpoint-10", other + "/checkpoint-10");
        }
        assertThat(tensors("whole/checkpoint-5"))
                .contains("server_error.score.weight", "worker_error.2.score.weight");
    }

    /** From a checkpoint before its freeze, one at it and one after it. */
    @Test
    void one_bit_lamb_goes_on_over_its_freeze_with_other_workers_and_the_same_bytes()
            throws Exception {
        Files.writeString(folder.resolve("onebit-lamb.json"), oneBitLamb(6));
        String[] lamb = {"--ranks", "3", "--deepspeed", "onebit-lamb.json", "--save_steps", "3"};
        done(train("whole", and(lamb, "--workers", "3")));
        done(train("before", and(lamb, "--workers", "2", RESUME, "whole/checkpoint-3")));
        done(train("at", and(lamb, "--workers", "1", RESUME, "whole/checkpoint-6")));
        done(train("after", and(lamb, "--workers", "2", RESUME, "whole/checkpoint-9")));

        for (String other : List.of("before", "at", "after")) {
            assertSame("model.safetensors", "whole", other);
        }
        for (String other : List.of("before", "at")) {
            assertSame("optimizer.safetensors", "whole/checkpoint-9", other + "/checkpoint-9");
        }
        assertThat(tensors("whole/checkpoint-3"))
                .contains("lamb_coeff_freeze.score.weight")
                .doesNotContain("scaling_coeff", "exp_avg_sq_fresh", "server_error");
        assertThat(tensors("whole/checkpoint-6"))
                .contains("scaling_coeff.score.weight", "exp_avg_sq_fresh.score.weight")
                .doesNotContain("server_error");
        assertThat(tensors("whole/checkpoint-9"))
                .contains("last_factor.score.weight", "worker_error.2.score.weight");
    }

    private String tensors(String checkpoint) throws IOException {
        return Files.readString(
                folder.resolve(checkpoint).resolve("optimizer.safetensors"), ISO_8859_1);
    }

    @Tag("slow")
    @Test
    void one_bit_lamb_loses_nothing_with_a_worker_that_is_killed_after_its_freeze()
            throws Exception {
        Files.writeString(folder.resolve("onebit-lamb.json"), oneBitLamb(10));
        losesNothing("--deepspeed", "onebit-lamb.json");
    }

    @Tag("slow")
    @Test
    void one_bit_adam_loses_nothing_with_a_worker_that_is_killed_after_its_freeze()
            throws Exception {
        losesNothing("--deepspeed", "onebit.json");
    }

    @Tag("slow")
    @Test
    void lamb_loses_nothing_with_a_worker_that_is_killed() throws Exception {
        losesNothing();
    }

    private void losesNothing(String... flags) throws Exception {
        String[] longer =
                and(flags, "--max_steps", "400", "--save_steps", "20", "--save_total_limit", "2");
        done(train("whole", longer));
        try (TrainProcess killed = train("killed", longer)) {
            killed.awaitLine("saved checkpoint-40");
            killed.worker().destroyForcibly();

            assertThat(killed.awaitEnd()).as(killed.text()).isZero();
            assertThat(killed.text()).contains("restarted from checkpoint-");
        }
        assertSame("model.safetensors", "whole", "killed");
    }

    private static String[] and(String[] flags, String... more) {
        return Stream.of(flags, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private void done(TrainProcess train) throws Exception {
        try (train) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
        }
    }

    private void assertSame(String file, String one, String other) throws IOException {
        assertThat(Files.readAllBytes(folder.resolve(other).resolve(file)))
                .as("%s of %s and %s", file, one, other)
                .isEqualTo(Files.readAllBytes(folder.resolve(one).resolve(file)));
    }

    private TrainProcess train(String output, String... flags) throws IOException {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        List<String> all = new ArrayList<>(List.of("--train_file", "t.tsv", "--ranks", "2"));
        all.addAll(List.of("--pretrained_model_name_or_path", model, "--max_seq_length", "16"));
        all.addAll(List.of("--per_device_train_batch_size", "4", "--max_steps", "10"));
        all.addAll(List.of("--warmup_steps", "3", "--learning_rate", "1e-2"));
        all.addAll(List.of("--weight_decay", "0.01", "--save_steps", "5", "--lanes", "1"));
        all.addAll(List.of("--deepspeed", "lamb.json", "--output_dir", output));
        all.addAll(List.of(flags));
        return TrainProcess.start(folder, all.toArray(new String[0]));
    }
}
