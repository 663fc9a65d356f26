package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.ErrorCode;

/** A disk with moments that gets full in the middle of a run, as seen from outside. */
@Tag("slow")
@Timeout(600)
final class FullMomentDiskTest {
    /** Moments of the bundled model take half of it. */
    private static final String DISK = "mount -t tmpfs -o size=16m tmpfs small && exec \"$@\"";

    private static final int CHUNK_BYTES = 1 << 16;

    @TempDir private Path folder;

    @Test
    void a_disk_that_others_fill_changes_nothing_and_one_that_loses_room_ends_the_run()
            throws Exception {
        Optional<String> missing = OwnMounts.missing();
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElseThrow());
        Path small = Files.createDirectory(folder.resolve("small"));
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        deepSpeed("nvme.json", "\"device\": \"nvme\", \"nvme_path\": \"" + small + "\"");
        deepSpeed("cpu.json", "\"device\": \"cpu\"");
        done("whole");

        try (TrainProcess train =
                TrainProcess.start(
                        OwnMounts.by(DISK), "train", folder, words("out", "nvme.json"))) {
            train.awaitLine("saved checkpoint-10");
            ProcessHandle worker = train.worker();
            Path disk = Path.of("/proc/" + worker.pid() + "/root" + small);
            fill(disk.resolve("others"));
            train.awaitLine("saved checkpoint-30");
            try (Stream<Path> names = Files.list(disk)) {
                assertThat(names).containsExactly(disk.resolve("others"));
            }

            signal(worker, "STOP");
            free(worker);
            fill(disk.resolve("more"));
            signal(worker, "CONT");

            assertThat(train.awaitEnd())
                    .as(train.text())
                    .isEqualTo(ErrorCode.RUN_FAILED.exitCode());
            assertThat(train.text())
                    .contains("bytes in a file in " + small)
                    .contains("cannot be written: No space left on device. Free as much, name");
            assertThat(train.leftovers()).isEmpty();
        }

        done("out", "--resume_from_checkpoint", "true");
        assertThat(folder.resolve("out/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    }

    /** Takes all room that is left. */
    private static void fill(Path file) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(chunk);
            }
        } catch (IOException full) {
            assertThat(full).hasMessage("No space left on device");
        }
    }

    /** Gives the room of the moments back, as a disk that promised too much takes it. */
    private static void free(ProcessHandle worker) throws Exception {
        Path open = Path.of("/proc/" + worker.pid() + "/fd");
        List<Path> moments = new ArrayList<>();
        try (Stream<Path> all = Files.list(open)) {
            for (Path file : all.toList()) {
                if (Files.readSymbolicLink(file).toString().contains("/shoal-moments-")) {
                    moments.add(file);
                }
            }
        }
        assertThat(moments).hasSize(1);
        String file = moments.get(0).toString();
        command("fallocate", "--punch-hole", "--offset", "0", "--length", "16MiB", file);
    }

    private static void signal(ProcessHandle process, String name) throws Exception {
        command("kill", "-" + name, Long.toString(process.pid()));
    }

    private static void command(String... words) throws Exception {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
    }

    private void deepSpeed(String name, String offload) throws IOException {
        Files.writeString(
                folder.resolve(name),
                "{\"train_micro_batch_size_per_gpu\": \"auto\", \"zero_optimization\": {"
                        + "\"stage\": 2, \"offload_optimizer\": {"
                        + offload
                        + "}}}");
    }

    private void done(String output, String... flags) throws Exception {
        try (TrainProcess process =
                TrainProcess.start("train", folder, words(output, "cpu.json", flags))) {
            assertThat(process.awaitEnd()).as(process.text()).isZero();
        }
    }

    private static List<String> words(String output, String deepSpeed, String... flags) {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        List<String> all = new ArrayList<>(List.of("--train_file", "t.tsv", "--lanes", "1"));
        all.addAll(List.of("--pretrained_model_name_or_path", model, "--max_seq_length", "16"));
        all.addAll(List.of("--max_steps", "160", "--per_device_train_batch_size", "4"));
        all.addAll(List.of("--save_steps", "10", "--save_total_limit", "2"));
        all.addAll(List.of("--deepspeed", deepSpeed, "--output_dir", output));
        all.addAll(List.of(flags));
        return all;
    }
}
