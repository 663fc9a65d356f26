package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.coordinator.tls.TlsSettings;
import shoal.recipe.ErrorCode;
import shoal.wire.HostPort;
import shoal.wire.Scope;

/** Workers whose native libraries take other code paths, as another CPU makes them do. */
@Tag("slow")
@Timeout(180)
final class ProbeRefusalTest {
    @TempDir private Path folder;
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void kill() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void a_worker_whose_libraries_compute_otherwise_is_refused_by_name_of_the_operator()
            throws Exception {
        try (Coordinator coordinator =
                Coordinator.start(
                        new CoordinatorSettings(
                                folder.resolve("data"),
                                new HostPort("127.0.0.1", 0),
                                Optional.empty(),
                                TlsSettings.standard(),
                                Optional.empty()))) {
            ProcessLines.await(worker(coordinator, Map.of()), "attached to the coordinator");
            ProcessLines.await(worker(coordinator, Map.of()), "attached to the coordinator");

            assertRefused(coordinator, "ATEN_CPU_CAPABILITY", "default", "layer norm");
            assertRefused(coordinator, "ONEDNN_MAX_CPU_ISA", "SSE41", "product");
        }
    }

    private void assertRefused(
            Coordinator coordinator, String variable, String value, String operator)
            throws Exception {
        Process worker = worker(coordinator, Map.of(variable, value));
        assertThat(ProcessLines.await(worker, "shoal:"))
                .contains("refuses this worker", "the operator probe gives other bits")
                .contains("the first that differs is \"" + operator + "\"")
                .contains("ONEDNN_MAX_CPU_ISA");
        assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE.exitCode());
    }

    private Process worker(Coordinator coordinator, Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dshoal.logLevel=INFO"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "shoal.cli.Main"));
        command.addAll(List.of("worker", "--coordinator", coordinator.address().toString()));
        command.addAll(List.of("--token-file", coordinator.tokenFile(Scope.WORKER).toString()));
        command.addAll(List.of("--work-dir", "worker-" + processes.size(), "--lanes", "1"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }
}
