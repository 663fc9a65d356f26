package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.ErrorCode;

/** Commands that meet in one output folder, and one that cannot compute at all. */
@Timeout(300)
final class TwoTrainingsTest {
    @TempDir private Path folder;

    @Test
    void the_second_into_one_folder_is_refused_while_the_first_lives_and_taken_after_its_death()
            throws Exception {
        rows();
        try (TrainProcess first = TrainProcess.start(folder, words("100000"))) {
            first.awaitLine("'loss'");
            try (TrainProcess second =
                    TrainProcess.start(folder, words("1", "--overwrite_output_dir", "true"))) {
                assertThat(second.awaitEnd())
                        .as(second.text())
                        .isEqualTo(ErrorCode.USER.exitCode());
                assertThat(second.text())
                        .contains(
                                "--output_dir: is out, where another training is writing: process")
                        .contains("Wait for its end, or name another folder");
                assertThat(second.leftovers()).hasSize(1); // The first one's.
            }
            first.end("KILL");
        }

        try (TrainProcess third = TrainProcess.start(folder, words("1"))) {
            assertThat(third.awaitEnd()).as(third.text()).isZero();
        }
        assertThat(folder.resolve(".out.lock")).doesNotExist();
        assertThat(folder.resolve("out/model.safetensors")).exists();
    }

    @Test
    void a_libtorch_that_cannot_be_loaded_ends_training_with_one_message() throws Exception {
        rows();
        Path torch = Files.createDirectories(folder.resolve("torch/lib"));
        Files.writeString(torch.resolve("libtorch.so"), "cut short");
        Files.writeString(torch.resolveSibling("version.py"), "__version__ = '2.7.1+cpu'\n");

        try (TrainProcess train =
                TrainProcess.start(folder, words("1", "--libtorch", torch.toString()))) {
            assertThat(train.awaitEnd()).as(train.text()).isEqualTo(ErrorCode.USER.exitCode());
            assertThat(train.text().lines().filter(line -> line.startsWith("shoal: ")))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("libtorch " + torch + ": cannot be loaded: ")
                    .contains("--libtorch DIR");
            assertThat(train.text()).doesNotContain("Exception", "\tat ");
            assertThat(train.leftovers()).isEmpty();
        }
    }

    private void rows() throws IOException {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
    }

    private static String[] words(String steps, String... more) {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        String[] words = {
            "--train_file", "t.tsv",
            "--pretrained_model_name_or_path", model,
            "--output_dir", "out",
            "--max_seq_length", "16",
            "--per_device_train_batch_size", "4",
            "--logging_steps", "1",
            "--save_strategy", "no",
            "--max_steps", steps
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }
}
