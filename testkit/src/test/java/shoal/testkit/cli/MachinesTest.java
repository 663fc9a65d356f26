package shoal.testkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A coordinator and two workers on machines of their own, joined by the line that the coordinator
 * prints: encrypted, over streams, at a limited rate.
 */
@Tag("slow")
@Timeout(600)
final class MachinesTest {
    private static final String STEPS = "120";

    @TempDir private Path folder;

    private Optional<Namespaces> made = Optional.empty();
    private final List<Process> processes = new ArrayList<>();
    private List<String> join = List.of();

    @BeforeEach
    void start() throws IOException {
        Optional<String> missing = Namespaces.missing();
        assumeTrue(missing.isEmpty(), missing.orElse(""));
        Files.writeString(folder.resolve("t.tsv"), "0\t很差\n1\t很好\n0\t不好\n1\t不错\n".repeat(8));
        Namespaces machines = Namespaces.create(3);
        made = Optional.of(machines);
        machines.limit(1, "500mbit");
        machines.limit(2, "500mbit");
        Process coordinator =
                shoal(0, "coordinator", "--data", "data", "--listen", "0.0.0.0:0", "--http", "off");
        String line = ProcessLines.await(coordinator, "shoal worker --coordinator");
        join = List.of(line.strip().split(" ", -1)).subList(1, line.strip().split(" ", -1).length);
        assertThat(line).contains(machines.address(0)).contains("--ca-fingerprint sha256:");
    }

    @AfterEach
    void remove() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        made.ifPresent(Namespaces::close);
    }

    @Test
    void two_machines_give_the_bytes_of_one_also_when_one_is_cut_off_meanwhile() throws Exception {
        worker(1);
        worker(2);
        byte[] alone;
        try (TrainProcess train = TrainProcess.start(folder, job("alone"))) {
            assertThat(train.awaitEnd()).as(train.text()).isZero();
            alone = model("alone");
        }

        Process quiet = submit("quiet");
        assertThat(end(quiet)).isZero();

        Process cut = submit("cut");
        ProcessLines.await(cut, "'loss'");
        made.orElseThrow().connect(2, false);
        ProcessLines.await(cut, "lost");
        made.orElseThrow().connect(2, true);
        assertThat(end(cut)).isZero();

        assertThat(export("quiet")).isEqualTo(alone);
        assertThat(export("cut")).isEqualTo(alone);
    }

    @Test
    void workers_that_cannot_reach_each_other_are_named_as_a_pair() throws Exception {
        made.orElseThrow().isolate(1, 2);
        worker(1);
        worker(2);

        Process submitted = submit("apart");

        assertThat(ProcessLines.await(submitted, "cannot reach"))
                .containsPattern("worker \\S+ at 192\\.0\\.2\\.[23]:\\d+: cannot reach worker ")
                .contains("--advertise");
        assertThat(end(submitted)).isNotZero();
    }

    private void worker(int machine) throws IOException {
        List<String> words = new ArrayList<>(join);
        words.addAll(List.of("--work-dir", "worker-" + machine, "--lanes", "1"));
        Process worker = shoal(machine, words.toArray(String[]::new));
        ProcessLines.await(worker, "attached to the coordinator");
        ProcessLines.drain(worker);
    }

    private Process submit(String name) throws IOException {
        List<String> words = new ArrayList<>(List.of("submit", "--name", name, "--workers", "2"));
        words.addAll(access());
        words.addAll(List.of(job("unused")));
        return shoal(0, words.toArray(String[]::new));
    }

    private byte[] export(String name) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("export", name, "--to", "from-" + name));
        words.addAll(access());
        assertThat(end(shoal(0, words.toArray(String[]::new)))).isZero();
        return model("from-" + name);
    }

    /** The join line's coordinator and fingerprint, with a client's token. */
    private List<String> access() {
        List<String> words = new ArrayList<>(join.subList(1, join.size()));
        words.replaceAll(word -> word.replace("tokens/worker", "tokens/submit"));
        return words;
    }

    private static String[] job(String output) {
        String model = Path.of(System.getProperty("shoal.root"), "data", "model").toString();
        return new String[] {
            "--train_file",
            "t.tsv",
            "--pretrained_model_name_or_path",
            model,
            "--max_seq_length",
            "16",
            "--per_device_train_batch_size",
            "8",
            "--logging_steps",
            "1",
            "--ranks",
            "2",
            "--max_steps",
            STEPS,
            "--output_dir",
            output
        };
    }

    private byte[] model(String output) throws IOException {
        return Files.readAllBytes(folder.resolve(output).resolve("model.safetensors"));
    }

    private Process shoal(int machine, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dshoal.logLevel=INFO"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "shoal.cli.Main"));
        command.addAll(List.of(words));
        Process process = made.orElseThrow().on(machine, folder, command).start();
        processes.add(process);
        return process;
    }

    private static int end(Process process) throws InterruptedException {
        process.inputReader(UTF_8).lines().forEach(line -> {});
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
