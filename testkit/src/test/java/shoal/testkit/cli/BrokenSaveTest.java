package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Saves of a whole command that break off: the checkpoint before is found, and going on from it
 * gives the bytes of a run that never stopped. Each single write: model's CheckpointFaultTest.
 */
@Tag("slow")
final class BrokenSaveTest {
    private static final int STEPS = 16;

    /** Two checkpoints of the bundled model, 11 MB each, and part of a third. */
    private static final String DEVICE =
            "mount -t tmpfs -o size=28m tmpfs full && \"$@\"; code=$?; cp -r full kept; exit $code";

    @TempDir private Path folder;

    @BeforeEach
    void write() throws Exception {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        done("whole");
    }

    @Test
    void a_command_that_is_killed_while_it_saves_goes_on_from_what_is_whole() throws Exception {
        for (int step : new int[] {2, 7, 11}) {
            try (TrainProcess killed = train("out", "--resume_from_checkpoint", newest("out"))) {
                killed.awaitLine("saved checkpoint-" + step);
            }
        }
        done("out", "--resume_from_checkpoint", newest("out"));

        assertSameModel("out");
        assertThat(names("out").filter(name -> name.startsWith(".") || name.contains("check")))
                .containsExactly("checkpoint-15", "checkpoint-16");
    }

    @Test
    void a_device_that_is_full_keeps_the_checkpoints_before_and_nothing_else() throws Exception {
        Optional<String> missing = OwnMounts.missing();
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElseThrow());
        Files.createDirectory(folder.resolve("full"));
        try (TrainProcess full =
                TrainProcess.start(
                        OwnMounts.by(DEVICE),
                        "train",
                        folder,
                        words("full/out", "--save_steps", "5"))) {
            assertThat(full.awaitEnd()).as(full.text()).isEqualTo(1);
            assertThat(full.text())
                    .contains("checkpoint-15 cannot be written", "No space left on device");
        }

        assertThat(names("kept/out")).containsExactly("checkpoint-10", "checkpoint-5");
        done("kept/out", "--resume_from_checkpoint", "true");
        assertSameModel("kept/out");
    }

    private String newest(String output) throws IOException {
        return "" + Files.isDirectory(folder.resolve(output));
    }

    private Stream<String> names(String output) throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve(output))) {
            return all.map(each -> each.getFileName().toString()).sorted().toList().stream();
        }
    }

    private void assertSameModel(String output) throws IOException {
        assertThat(folder.resolve(output).resolve("model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    private void done(String output, String... flags) throws Exception {
        try (TrainProcess process = train(output, flags)) {
            assertThat(process.awaitEnd()).as(process.text()).isZero();
        }
    }

    private TrainProcess train(String output, String... flags) throws IOException {
        return TrainProcess.start("train", folder, words(output, flags));
    }

    private static List<String> words(String output, String... flags) {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        List<String> all = new ArrayList<>(List.of("--train_file", "t.tsv", "--lanes", "1"));
        all.addAll(List.of("--pretrained_model_name_or_path", model, "--max_seq_length", "16"));
        all.addAll(List.of("--max_steps", "" + STEPS, "--per_device_train_batch_size", "4"));
        all.addAll(List.of("--output_dir", output));
        List<String> given = List.of(flags);
        all.addAll(given);
        if (!given.contains("--save_steps")) {
            all.addAll(List.of("--save_steps", "1", "--save_total_limit", "2"));
        }
        return all;
    }
}
