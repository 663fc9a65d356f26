package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers that were given devices, whose libraries are those of {@code hostdevices.c}: memory and
 * sockets of this host. What Shoal does is real, what answers it is no device.
 */
@Tag("slow")
@Timeout(600)
final class DevicesEndToEndTest {
    /** Some seconds of work, so that a worker killed after the first log row is killed in it. */
    private static final String STEPS = "150";

    private static final Path ROOT = Path.of(System.getProperty("shoal.root", "."));

    @TempDir private Path folder;

    private final List<Process> processes = new ArrayList<>();
    private Path libraries = Path.of("");
    private String coordinator = "";

    @BeforeEach
    void start() throws Exception {
        libraries = build();
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Process started =
                shoal("coordinator", "--data", "data", "--listen", "127.0.0.1:0", "--http", "off");
        String line = ProcessLines.await(started, "shoal worker --coordinator");
        coordinator = line.strip().split(" ", -1)[3];
        ProcessLines.drain(started);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void workers_with_devices_exchange_through_nccl_and_give_the_bytes_of_one_worker()
            throws Exception {
        worker("a", "cuda:0");
        worker("b", "cuda:1");

        String apart = submit("apart", "2");
        String alone = submit("alone", "1");

        assertThat(apart)
                .contains("note: workers exchange through NCCL: each has a device of its own");
        assertThat(alone).doesNotContain("exchange");
        assertThat(model("apart")).isEqualTo(model("alone"));
    }

    @Test
    void workers_that_share_a_device_go_through_shared_memory_and_the_run_says_why()
            throws Exception {
        worker("a", "cuda:0");
        worker("b", "cuda:0");

        assertThat(submit("shared", "2"))
                .containsPattern(
                        "note: workers exchange through shared memory, not NCCL: \\S+ and \\S+ have"
                                + " one device, GPU-0001");
    }

    @Test
    void a_worker_killed_amid_transfers_changes_no_byte() throws Exception {
        worker("a", "cuda:0");
        Process killed = worker("b", "cuda:1");

        Process submitted = begin("killed", "2");
        List<String> lines = ProcessLines.until(submitted, "'loss'");
        killed.destroyForcibly().waitFor();
        worker("c", "cuda:2");
        lines.addAll(rest(submitted));
        String alone = submit("alone", "1");

        assertThat(String.join("\n", lines)).contains("restarted from the first step");
        assertThat(alone).isNotEmpty();
        assertThat(model("killed")).isEqualTo(model("alone"));
    }

    private Path build() throws IOException, InterruptedException {
        Path installed = Files.createDirectories(folder.resolve("libraries"));
        Path source = ROOT.resolve("worker/src/test/native/hostdevices.c").toAbsolutePath();
        Path library = installed.resolve("libcuda.so.1");
        List<String> words = new ArrayList<>(List.of("cc", "-O1", "-shared", "-fPIC", "-pthread"));
        words.addAll(List.of("-o", library.toString(), source.toString()));
        try {
            Process compiler = new ProcessBuilder(words).inheritIO().start();
            assertThat(compiler.waitFor()).as("%s", words).isZero();
        } catch (IOException none) {
            return abort("skipped: there is no C compiler (cc) to build " + source + " with");
        }
        Files.createSymbolicLink(
                installed.resolve("libnccl.so.2"), library); // one library, loaded once
        return installed;
    }

    private Process worker(String name, String device) throws IOException {
        Process worker =
                shoal(
                        "worker",
                        "--coordinator",
                        coordinator,
                        "--token-file",
                        "data/tokens/worker",
                        "--work-dir",
                        "worker-" + name,
                        "--lanes",
                        "1",
                        "--device",
                        device);
        ProcessLines.await(worker, "attached to the coordinator");
        ProcessLines.drain(worker);
        return worker;
    }

    private Process begin(String name, String workers) throws IOException {
        return shoal(
                "submit",
                "--coordinator",
                coordinator,
                "--token-file",
                "data/tokens/submit",
                "--name",
                name,
                "--workers",
                workers,
                "--ranks",
                "2",
                "--train_file",
                "t.tsv",
                "--pretrained_model_name_or_path",
                ROOT.resolve("data/model").toAbsolutePath().toString(),
                "--max_seq_length",
                "16",
                "--per_device_train_batch_size",
                "8",
                "--logging_steps",
                "1",
                "--max_steps",
                STEPS,
                "--output_dir",
                name);
    }

    /** What it printed, once the run is done. */
    private String submit(String name, String workers) throws IOException, InterruptedException {
        return String.join("\n", rest(begin(name, workers)));
    }

    private byte[] model(String run) throws IOException, InterruptedException {
        rest(
                shoal(
                        "export",
                        run,
                        "--to",
                        "from-" + run,
                        "--coordinator",
                        coordinator,
                        "--token-file",
                        "data/tokens/submit"));
        return Files.readAllBytes(folder.resolve("from-" + run).resolve("model.safetensors"));
    }

    private Process shoal(String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dshoal.logLevel=INFO"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "shoal.cli.Main"));
        command.addAll(List.of(words));
        ProcessBuilder process =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        process.environment().put("LD_LIBRARY_PATH", libraries.toString());
        process.environment().put("OMP_NUM_THREADS", "1");
        Process started = process.start();
        processes.add(started);
        return started;
    }

    /** Reads to the end of a process that ends well. */
    private static List<String> rest(Process process) throws IOException, InterruptedException {
        List<String> lines = process.inputReader(UTF_8).lines().toList();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
