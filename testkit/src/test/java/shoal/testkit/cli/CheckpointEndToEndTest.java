package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of a whole command: what lies there, and that going on from one changes nothing. */
@Tag("slow")
final class CheckpointEndToEndTest {
    /** 8 steps per epoch, so that 5 and 10 are in the middle of one. */
    private static final List<String> RUN =
            List.of("--max_steps", "12", "--per_device_train_batch_size", "4", "--save_steps", "5");

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Files.writeString(folder.resolve("e.tsv"), "0\t差\n1\t好\n1\t好\n");
    }

    @Test
    void a_run_that_goes_on_gives_the_bytes_of_one_that_never_stopped() throws Exception {
        done(train("whole"));
        for (int step : new int[] {5, 10}) {
            String checkpoint = "whole/checkpoint-" + step;
            done(train("from-" + step, "--resume_from_checkpoint", checkpoint));

            assertSame("model.safetensors", "whole", "from-" + step);
            assertSame(
                    "optimizer.safetensors",
                    "whole/checkpoint-12",
                    "from-" + step + "/checkpoint-12");
            assertThat(losses("from-" + step)).isEqualTo(losses("whole"));
        }
        done(train("whole", "--resume_from_checkpoint", "true"));
        assertSame("model.safetensors", "whole", "from-5");
    }

    @Test
    void another_recipe_is_refused_difference_by_difference() throws Exception {
        done(train("out"));
        Files.writeString(folder.resolve("t.tsv"), "0\t差\n1\t好\n".repeat(16));
        List<String> flags = new ArrayList<>(List.of("--resume_from_checkpoint", "true"));
        flags.addAll(List.of("--seed", "7", "--ranks", "2", "--slices", "2"));
        flags.addAll(List.of("--per_device_train_batch_size", "2"));
        try (TrainProcess other = train("out", flags.toArray(new String[0]))) {
            assertThat(other.awaitEnd()).as(other.text()).isEqualTo(2);
            assertThat(other.text())
                    .contains("seed was 42 and is 7 now")
                    .contains("--ranks was 1 and is 2 now")
                    .contains("--slices was 1 and is 2 now")
                    .contains("per_device_train_batch_size was 4 and is 2 now")
                    .contains("SHA-256 of the training file was ");
        }
        assertThat(folder.resolve("out/checkpoint-12")).exists();
        try (TrainProcess none = train("empty", "--resume_from_checkpoint", "true")) {
            assertThat(none.awaitEnd()).as(none.text()).isEqualTo(2);
            assertThat(none.text()).contains("empty has no checkpoint to go on from");
        }
    }

    @Test
    void a_worker_that_is_killed_is_started_again_and_the_run_goes_on() throws Exception {
        String[] longer = {"--max_steps", "600", "--save_steps", "20", "--save_total_limit", "2"};
        done(train("whole", longer));
        try (TrainProcess killed = train("killed", longer)) {
            killed.awaitLine("saved checkpoint-40");
            killed.worker().destroyForcibly();

            assertThat(killed.awaitEnd()).as(killed.text()).isZero();
            assertThat(killed.text()).contains("restarted from checkpoint-");
        }
        assertSame("model.safetensors", "whole", "killed");
        assertThat(folder.resolve("killed")).isDirectoryContaining("glob:**/checkpoint-600");
        try (var all = Files.list(folder.resolve("killed"))) {
            assertThat(all.filter(one -> one.getFileName().toString().startsWith("checkpoint-")))
                    .hasSize(2);
        }
    }

    @Test
    void ctrl_c_keeps_checkpoints_and_says_how_to_go_on() throws Exception {
        try (TrainProcess stopped = train("out", "--max_steps", "100000")) {
            stopped.awaitLine("saved checkpoint-5");
            stopped.end(TrainProcess.interruptible() ? "INT" : "TERM");

            assertThat(stopped.text())
                    .contains("is kept in out; go on from it")
                    .contains("--resume_from_checkpoint true");
        }
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

    /** The lines of log_history that do not tell the time. */
    private List<String> losses(String output) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line :
                Files.readAllLines(folder.resolve(output).resolve("trainer_state.json"))) {
            if (!line.contains("_runtime") && !line.contains("_per_second")) {
                lines.add(line.replace(output, "OUT"));
            }
        }
        return lines;
    }

    private TrainProcess train(String output, String... flags) throws IOException {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        List<String> all =
                new ArrayList<>(List.of("--train_file", "t.tsv", "--eval_file", "e.tsv"));
        all.addAll(List.of("--pretrained_model_name_or_path", model, "--max_seq_length", "16"));
        all.addAll(List.of("--eval_strategy", "epoch", "--logging_steps", "3", "--lanes", "1"));
        all.addAll(List.of("--output_dir", output));
        all.addAll(RUN);
        all.addAll(List.of(flags));
        return TrainProcess.start(folder, all.toArray(new String[0]));
    }
}
