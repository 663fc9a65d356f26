package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator that is told to read its tokens again, as an operator does it. */
@Timeout(120)
final class HangupTest {
    @TempDir private Path folder;

    @Test
    void a_hang_up_makes_another_token_for_a_file_that_was_deleted_and_ends_nothing()
            throws Exception {
        Process coordinator =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx256m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-Dshoal.logLevel=INFO",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        "shoal.cli.Main",
                                        "coordinator",
                                        "--data",
                                        "data",
                                        "--listen",
                                        "127.0.0.1:0",
                                        "--http",
                                        "off"))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        try {
            ProcessLines.await(coordinator, "shoal worker --coordinator");
            Path token = folder.resolve("data/tokens/submit");
            String old = Files.readString(token);
            Files.delete(token);

            String pid = Long.toString(coordinator.pid());
            assertThat(new ProcessBuilder("kill", "-HUP", pid).start().waitFor()).isZero();

            assertThat(ProcessLines.await(coordinator, "tokens are those of"))
                    .contains("new=1 revoked=1");
            assertThat(Files.readString(token)).isNotEqualTo(old);
            assertThat(coordinator.isAlive()).isTrue();
        } finally {
            coordinator.destroyForcibly().waitFor();
        }
    }
}
