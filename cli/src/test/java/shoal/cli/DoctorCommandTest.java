package shoal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.cli.client.FakeCoordinator;
import shoal.proto.v1.DescribeReply;
import shoal.proto.v1.WorkerSummary;
import shoal.wire.HostPort;
import shoal.wire.Version;

final class DoctorCommandTest {
    @TempDir private Path folder;
    private FakeCoordinator coordinator;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        coordinator = new FakeCoordinator();
        shell = new Shell(folder).at(coordinator, folder.resolve("token"));
    }

    @AfterEach
    void stop() {
        coordinator.close();
    }

    private static DescribeReply.Builder well() {
        return DescribeReply.newBuilder()
                .setVersion(Version.CURRENT)
                .setBusyRuns(1)
                .setQueuedRuns(2)
                .setDataFolder("/srv/shoal/runs")
                .setFreeBytes(5L << 30)
                .addWorkers(worker("w1").setRun("a1"))
                .addWorkers(worker("w2"));
    }

    private static WorkerSummary.Builder worker(String name) {
        return WorkerSummary.newBuilder().setName(name).setHost("there").setLanes(2);
    }

    @Test
    void a_coordinator_with_all_that_runs_need_is_looked_at_in_lines_and_ends_with_0() {
        coordinator.description = well().build();

        Shell.Answer answer = shell.type("doctor");
        Shell.Answer json = shell.type("doctor", "-o", "json");

        assertThat(answer)
                .isEqualTo(
                        new Shell.Answer(
                                0,
                                """
                                ok    reachable   %s takes connections
                                ok    encryption  none, which is for this host only
                                ok    token       SHOAL_TOKEN_FILE %s is accepted
                                ok    version     %s, as here
                                ok    workers     2 joined, 1 free: w1 (there, 2 lanes, run a1), w2 (there, 2 lanes, free)
                                ok    runs        1 busy, 2 queued
                                ok    disk        5.0 GiB free at the coordinator's /srv/shoal/runs
                                """
                                        .formatted(
                                                coordinator.address(),
                                                folder.resolve("token"),
                                                Version.CURRENT),
                                ""));
        assertThat(json.out())
                .contains("{\"check\": \"runs\", \"ok\": true, \"words\": \"1 busy, 2 queued\"}\n");
    }

    @Test
    void what_runs_would_fail_for_is_a_line_and_ends_with_4() {
        coordinator.description =
                DescribeReply.newBuilder()
                        .setVersion("9.9.9")
                        .setDataFolder("/srv/shoal/runs")
                        .setFreeBytes(612 << 20)
                        .addWorkers(
                                WorkerSummary.newBuilder().setName("w1").setLost(true).setRun("a1"))
                        .build();

        Shell.Answer answer = shell.type("doctor");

        assertThat(answer.code()).isEqualTo(4);
        assertThat(answer.out())
                .contains(
                        "FAIL  version     the coordinator is Shoal 9.9.9, here is "
                                + Version.CURRENT
                                + ". Use the same one on both\n")
                .contains("FAIL  workers     none has joined, so runs wait. Start one with")
                .contains("FAIL  worker      w1 is lost; run a1 waits for it")
                .contains(
                        "FAIL  disk        612 MiB free at the coordinator's /srv/shoal/runs, less");
    }

    @Test
    void a_coordinator_that_is_not_there_or_refuses_the_token_ends_the_look() throws IOException {
        Files.writeString(folder.resolve("foreign"), "shoal_" + "0".repeat(64) + "\n");
        HostPort address = coordinator.address();

        Shell.Answer stranger = shell.type("doctor", "--token-file", "foreign");
        coordinator.close();
        Shell.Answer gone = shell.type("doctor");

        assertThat(stranger.code()).isEqualTo(4);
        assertThat(stranger.out().lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("FAIL  answer      the coordinator at " + address)
                .contains("refused the token from --token-file foreign");
        assertThat(gone.code()).isEqualTo(4);
        assertThat(gone.out())
                .startsWith("FAIL  reachable   " + address)
                .contains("(from SHOAL_COORDINATOR) takes no connection: ")
                .hasLineCount(1);
    }

    @Test
    void this_machine_and_a_coordinator_are_not_looked_at_together() {
        Shell.Answer both = shell.type("doctor", "--exchange", "--coordinator", "127.0.0.1:1");

        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).startsWith("shoal: --exchange: measures this machine");
    }

    @Test
    void without_a_coordinator_this_machine_is_looked_at() {
        Shell.Answer answer = new Shell(folder).type("doctor");
        Shell.Answer wrong = new Shell(folder).type("doctor", "--libtorch", "nowhere");

        assertThat(answer.code()).isZero();
        assertThat(answer.out())
                .matches("(?s)ok    libtorch    2\\.7\\.1 \\(cpu\\), the bundled one, in /.*")
                .containsPattern("ok    cpu         .*, \\d+ usable cores: has AVX2.*")
                .containsPattern("ok    (gpu  |cuda:0).*");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).startsWith("shoal: --libtorch nowhere: has no libtorch.so");
    }
}
