package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One command with two worker processes, of which one is killed. */
@Timeout(300)
final class WorkersEndToEndTest {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Some seconds of work, so that a worker killed after the first log row is killed in it. */
    private static final String STEPS = "150";

    @TempDir private Path folder;

    private Set<Path> abandonedBefore = Set.of();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Files.writeString(folder.resolve("e.tsv"), "0\t差\n1\t好\n1\t好\n");
        abandonedBefore = abandonedMemory();
    }

    @Test
    void a_killed_worker_is_started_again_and_changes_no_byte() throws Exception {
        try (TrainProcess train = start("2", STEPS, "undisturbed")) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
            assertThat(train.text()).contains("in each of 2 workers");
            assertThat(train.leftovers()).isEmpty();
        }

        try (TrainProcess train = start("2", STEPS, "disturbed")) {
            train.awaitLine("'loss'");
            train.workers(2).get(0).destroyForcibly();
            int code = train.awaitEnd();

            assertThat(code).as(train.text()).isZero();
            assertThat(train.text()).contains("restarted from the first step: ");
            assertThat(train.leftovers()).isEmpty();
        }

        assertThat(model("disturbed")).isEqualTo(model("undisturbed"));
        assertThat(abandonedMemory()).isEqualTo(abandonedBefore);
    }

    private byte[] model(String output) throws IOException {
        return Files.readAllBytes(folder.resolve(output).resolve("model.safetensors"));
    }

    private TrainProcess start(String workers, String steps, String output) throws IOException {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        return TrainProcess.start(
                folder,
                "--train_file",
                "t.tsv",
                "--eval_file",
                "e.tsv",
                "--pretrained_model_name_or_path",
                model,
                "--max_seq_length",
                "16",
                "--per_device_train_batch_size",
                "8",
                "--logging_steps",
                "1",
                "--lanes",
                "1",
                "--ranks",
                "2",
                "--workers",
                workers,
                "--max_steps",
                steps,
                "--output_dir",
                output);
    }

    /** Folders whose owner is dead: a living one holds a lock. */
    private static Set<Path> abandonedMemory() throws IOException {
        Set<Path> abandoned = new TreeSet<>();
        try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
            for (Path each : files.filter(WorkersEndToEndTest::isShoals).toList()) {
                try (FileChannel nonce =
                                FileChannel.open(each.resolve("nonce"), StandardOpenOption.WRITE);
                        FileLock lock = nonce.tryLock()) {
                    if (lock != null) {
                        abandoned.add(each);
                    }
                } catch (NoSuchFileException gone) {
                    // Its owner removed it, or is about to make the file.
                }
            }
        }
        return abandoned;
    }

    private static boolean isShoals(Path file) {
        return file.getFileName().toString().startsWith("shoal-");
    }
}
