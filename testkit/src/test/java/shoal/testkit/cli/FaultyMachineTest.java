package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.recipe.ErrorCode;

/** Commands on a machine whose disk is full or read-only, or which has no IPv4. */
@Timeout(300)
final class FaultyMachineTest {
    /** Less than a store takes. */
    private static final String FULL =
            "mount -t tmpfs -o size=64k tmpfs disk && head -c 60k /dev/zero > disk/others;"
                    + " exec \"$@\"";

    private static final String READ_ONLY = "mount -t tmpfs -o ro tmpfs disk && exec \"$@\"";

    @TempDir private Path folder;

    @Test
    void a_full_disk_ends_a_coordinator_and_a_prediction_with_1_and_the_remedy() throws Exception {
        requireMounts();
        assertMachine(FULL, "coordinator", "--data", "disk/data", "--http", "off").contains("room");
        assertMachine(
                        FULL,
                        "predict",
                        "--model",
                        model(),
                        "--output",
                        "disk/out",
                        "--file",
                        texts())
                .contains("No space left on device", "Free some room");
    }

    @Test
    void a_disk_that_cannot_be_written_ends_services_with_1_and_the_remedy() throws Exception {
        requireMounts();
        assertMachine(READ_ONLY, "coordinator", "--data", "disk/data", "--http", "off")
                .contains("--data", "Read-only file system", "Make it writable");
        Path token = Files.writeString(folder.resolve("token"), "shoal_" + "0".repeat(64));
        assertMachine(
                        READ_ONLY,
                        "worker",
                        "--coordinator",
                        "127.0.0.1:1",
                        "--token-file",
                        token.toString(),
                        "--work-dir",
                        "disk/work")
                .contains("--work-dir", "Read-only file system");
    }

    @Test
    void a_machine_without_ipv4_trains_over_the_loopback_that_it_has() throws Exception {
        String only6 =
                "ip link set lo up && ip addr del 127.0.0.1/8 dev lo && ip addr show lo | grep -q"
                        + " ::1 && exec \"$@\"";
        List<String> by = List.of("unshare", "--user", "-r", "--net", "sh", "-c", only6, "sh");
        List<String> probe = Stream.concat(by.stream(), Stream.of("true")).toList();
        boolean can;
        try {
            can = new ProcessBuilder(probe).start().waitFor() == 0;
        } catch (java.io.IOException none) {
            can = false;
        }
        assumeTrue(can, "skipped: no network with ::1 alone can be made here (unshare, ip)");
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n".repeat(8));

        try (TrainProcess train =
                TrainProcess.start(
                        by,
                        "train",
                        folder,
                        List.of(
                                "--train_file",
                                "t.tsv",
                                "--pretrained_model_name_or_path",
                                model(),
                                "--output_dir",
                                "out",
                                "--max_seq_length",
                                "16",
                                "--workers",
                                "2",
                                "--per_device_train_batch_size",
                                "4",
                                "--max_steps",
                                "2"))) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
        }
        assertThat(folder.resolve("out/model.safetensors")).exists();
    }

    private org.assertj.core.api.AbstractStringAssert<?> assertMachine(
            String mount, String verb, String... words) throws Exception {
        Files.createDirectories(folder.resolve("disk"));
        try (TrainProcess process =
                TrainProcess.start(OwnMounts.by(mount), verb, folder, List.of(words))) {
            assertThat(process.awaitEnd())
                    .as(process.text())
                    .isEqualTo(ErrorCode.MACHINE.exitCode());
            return assertThat(process.text()).contains("shoal: ").doesNotContain("bug in Shoal");
        }
    }

    private static void requireMounts() throws InterruptedException {
        Optional<String> missing = OwnMounts.missing();
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElseThrow());
    }

    private static String model() {
        return Path.of(System.getProperty("shoal.root"), "data", "model").toString();
    }

    private String texts() throws java.io.IOException {
        return Files.writeString(folder.resolve("texts.txt"), "很好\n".repeat(4_000)).toString();
    }
}
