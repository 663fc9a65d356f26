package shoal.worker;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.engine.OperatorHash;
import shoal.proto.v1.HeldRun;
import shoal.proto.v1.Hello;
import shoal.proto.v1.ProbeHash;
import shoal.proto.v1.RunTrouble;
import shoal.recipe.ErrorCode;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.wire.Version;
import shoal.worker.session.SessionTimes;

/** A whole worker against a scripted coordinator; only the run's computation is a fake. */
@Timeout(60)
final class WorkerTest {
    /** Redials at once, and is patient with silence: tests do not wait. */
    private static final SessionTimes QUICK = new SessionTimes(60_000, 1, 20, 10_000, 10_000);

    private static final List<OperatorHash> PROBE =
            List.of(
                    new OperatorHash("product", "00".repeat(32)),
                    new OperatorHash("gelu", "01".repeat(32)));

    @TempDir Path folder;
    private FakeCoordinator coordinator;
    private final FakeRuns runs = new FakeRuns();

    @BeforeEach
    void start_coordinator() throws IOException {
        coordinator = FakeCoordinator.start();
    }

    @AfterEach
    void stop_coordinator() {
        coordinator.close();
    }

    @Test
    void says_who_it_is_and_then_that_it_is_alive() throws Exception {
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();

            Hello hello = line.hello.getHello();
            assertThat(hello.getWorkerId()).isEqualTo(worker.id()).startsWith("w-");
            assertThat(hello.getVersion()).isEqualTo(Version.CURRENT);
            assertThat(hello.getProcessId()).isEqualTo(ProcessHandle.current().pid());
            assertThat(hello.getLanes()).isEqualTo(2);
            assertThat(hello.hasHeldRun()).isFalse();
            assertThat(hello.getProbeList())
                    .extracting(ProbeHash::getOperators)
                    .containsExactly("product", "gelu");
            assertThat(hello.getProbe(1).getHash().toByteArray()).hasSize(32).containsOnly(1);
            assertThat(line.nextHeartbeat()).isEqualTo(1);
            assertThat(line.nextHeartbeat()).isEqualTo(2);
        }
    }

    @Test
    void serves_run_after_run() throws Exception {
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();
            for (String run : List.of("one", "two")) {
                line.send(Orders.start(run));
                assertThat(line.next().getRunReady().getTrainRows()).isEqualTo(4);
                line.send(Orders.open(run, 1));
                assertThat(line.next().getStepReduced().getStep()).isEqualTo(1);
                line.send(Orders.commit(run, 1, false));
                line.send(Orders.evaluate(run, 1));
                assertThat(line.next().getEvaluationRows().getLast()).isTrue();
                line.send(Orders.upload(run, 1));
                assertThat(line.next().getStateUploaded().getPeakResidentBytes()).isPositive();
                line.send(Orders.end(run));
                for (String done : List.of("reduce 1", "apply 1", "upload 1", "close " + run)) {
                    assertThat(runs.done.take()).isEqualTo(done);
                }
            }
            assertThat(worker.id()).isNotEmpty();
        }
    }

    @Test
    void keeps_its_state_across_a_broken_stream() throws Exception {
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line first = coordinator.welcomed();
            first.send(Orders.start("r"));
            first.next();
            first.send(Orders.open("r", 1));
            first.next();

            first.breakOff();
            FakeCoordinator.Line second = coordinator.welcomed();

            Hello hello = second.hello.getHello();
            assertThat(hello.getWorkerId()).isEqualTo(worker.id());
            assertThat(hello.getIncarnation()).isEqualTo(first.hello.getHello().getIncarnation());
            assertThat(hello.getHeldRun())
                    .isEqualTo(
                            HeldRun.newBuilder()
                                    .setFence(Orders.fence("r"))
                                    .setReducedStep(1)
                                    .build());
            assertThat(second.next().getRunReady().getReducedStep()).isEqualTo(1);
            assertThat(second.next().getStepReduced().getLossTermsList()).containsExactly(1.0);
            second.send(Orders.commit("r", 1, true));
            second.send(Orders.commit("r", 1, true));
            assertThat(second.next().getStepReduced().getStep()).isEqualTo(2);
            assertThat(runs.done).containsExactly("reduce 1", "apply 1", "reduce 2");
        }
    }

    @Test
    void a_step_goes_on_while_the_stream_is_broken() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        runs.duringStep(
                step -> {
                    reached.countDown();
                    await(goOn);
                });
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line first = coordinator.welcomed();
            first.send(Orders.start("r"));
            first.next();
            first.send(Orders.open("r", 1));
            reached.await();

            first.breakOff();
            FakeCoordinator.Line second = coordinator.welcomed();
            assertThat(second.next().getRunReady().getReducedStep()).isEqualTo(0);
            second.send(Orders.open("r", 1));
            goOn.countDown();

            assertThat(second.next().getStepReduced().getStep()).isEqualTo(1);
            assertThat(runs.done).containsExactly("reduce 1");
            assertThat(worker.id()).isEqualTo(second.hello.getHello().getWorkerId());
        }
    }

    @Test
    void gives_up_a_silent_stream_and_dials_again() throws Exception {
        try (Worker worker = start(new SessionTimes(200, 1, 20, 10_000, 10_000))) {
            FakeCoordinator.Line first = coordinator.nextLine();
            FakeCoordinator.Line second = coordinator.nextLine();

            assertThat(first.end()).isFalse();
            assertThat(second.next().getHello().getWorkerId()).isEqualTo(worker.id());
        }
    }

    @Test
    void ends_with_the_reason_when_the_token_is_unknown() throws Exception {
        Token other = Token.create(new SecureRandom());
        try (Worker worker = start(QUICK, coordinator.address(), other)) {
            WorkerException why = catchThrowableOfType(WorkerException.class, worker::awaitEnd);

            assertThat(why.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
            assertThat(why)
                    .hasMessageContaining(coordinator.address().toString())
                    .hasMessageContaining("does not know this token");
        }
    }

    @Test
    void ends_with_the_reason_when_the_coordinator_is_of_another_version() throws Exception {
        coordinator.refuse(Status.FAILED_PRECONDITION.withDescription("this is Shoal 9.9"));
        try (Worker worker = start(QUICK)) {
            assertThatThrownBy(worker::awaitEnd).hasMessageContaining("this is Shoal 9.9");
        }
    }

    @Test
    void a_taken_worker_id_is_asked_for_again_for_a_while() throws Exception {
        coordinator.refuse(Status.ALREADY_EXISTS.withDescription("still attached"));
        try (Worker worker = start(new SessionTimes(60_000, 1, 20, 100, 100))) {
            assertThatThrownBy(worker::awaitEnd)
                    .isInstanceOf(WorkerException.class)
                    .hasMessageContaining("still attached");
        }
    }

    @Test
    void ends_with_the_address_when_nobody_listens() throws Exception {
        HostPort nobody = freePort();
        try (Worker worker =
                start(new SessionTimes(60_000, 1, 20, 50, 50), nobody, coordinator.token)) {
            WorkerException why = catchThrowableOfType(WorkerException.class, worker::awaitEnd);

            assertThat(why.code()).isEqualTo(ErrorCode.CLUSTER_UNREACHABLE);
            assertThat(why).hasMessageContaining(nobody.toString());
        }
    }

    @Test
    void reports_every_problem_of_the_users_files_and_serves_the_next_run() throws Exception {
        runs.duringOpen(
                () -> {
                    throw new UserException(
                            List.of(
                                    new Problem("t.tsv:1", "no label"),
                                    new Problem("t.tsv:9", "label is x")));
                });
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();
            line.send(Orders.start("r"));

            RunTrouble trouble = line.next().getRunTrouble();
            assertThat(trouble.getUserError()).isTrue();
            assertThat(trouble.getProblemsList())
                    .containsExactly("t.tsv:1: no label", "t.tsv:9: label is x");
            runs.duringOpen(() -> {});
            line.send(Orders.end("r"));
            line.send(Orders.start("s"));
            assertThat(line.next().getRunReady().getFence().getRun()).isEqualTo("s");
            assertThat(worker.id()).isNotEmpty();
        }
    }

    @Test
    void reports_its_own_failure_as_such_and_serves_the_next_run() throws Exception {
        runs.duringStep(
                step -> {
                    throw new IllegalStateException("kernel gone");
                });
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();
            line.send(Orders.start("r"));
            line.next();
            line.send(Orders.open("r", 1));

            RunTrouble trouble = line.next().getRunTrouble();
            assertThat(trouble.getUserError()).isFalse();
            assertThat(trouble.getProblemsList())
                    .singleElement()
                    .asString()
                    .contains("kernel gone");
            assertThat(runs.done.take()).isEqualTo("close r");
            line.send(Orders.end("r"));
            line.send(Orders.start("s"));
            assertThat(line.next().hasRunReady()).isTrue();
            assertThat(worker.id()).isNotEmpty();
        }
    }

    @Test
    void a_lack_of_memory_is_reported_and_ends_the_worker() throws Exception {
        runs.duringStep(
                step -> {
                    throw new OutOfMemoryError("Java heap space");
                });
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();
            line.send(Orders.start("r"));
            line.next();
            line.send(Orders.open("r", 1));

            assertThat(line.next().getRunTrouble().getProblems(0)).contains("Java heap space");
            WorkerException why = catchThrowableOfType(WorkerException.class, worker::awaitEnd);
            assertThat(why.code()).isEqualTo(ErrorCode.INTERNAL);
        }
    }

    @Test
    void a_run_that_ends_in_the_middle_of_a_step_leaves_no_message_behind() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        runs.duringStep(
                step -> {
                    reached.countDown();
                    runs.workUntilReleased();
                });
        try (Worker worker = start(QUICK)) {
            FakeCoordinator.Line line = coordinator.welcomed();
            line.send(Orders.start("r"));
            line.next();
            line.send(Orders.open("r", 1));

            reached.await();
            line.send(Orders.end("r"));
            line.send(Orders.start("s"));

            assertThat(line.next().getRunReady().getFence().getRun()).isEqualTo("s");
            assertThat(runs.done).containsExactly("released", "reduce 1", "close r");
            assertThat(line.hasMessage()).isFalse();
            assertThat(worker.id()).isNotEmpty();
        }
    }

    @Test
    void closes_within_two_seconds_whatever_it_does() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        runs.duringStep(
                step -> {
                    reached.countDown();
                    FakeRuns.blockForGood();
                });
        Worker worker = start(QUICK);
        FakeCoordinator.Line line = coordinator.welcomed();
        line.send(Orders.start("r"));
        line.next();
        line.send(Orders.open("r", 1));
        reached.await();

        long began = System.nanoTime();
        worker.close();

        assertThat(NANOSECONDS.toMillis(System.nanoTime() - began)).isLessThan(2_000);
        assertThat(line.end()).isTrue();
        worker.awaitEnd();
    }

    @Test
    void its_id_is_chosen_once_and_its_incarnation_is_new_per_start() throws Exception {
        Hello first;
        try (Worker worker = start(QUICK)) {
            first = coordinator.welcomed().hello.getHello();
            assertThat(Files.readString(folder.resolve("worker-id")).strip())
                    .isEqualTo(worker.id());
        }
        try (Worker worker = start(QUICK)) {
            Hello second = coordinator.welcomed().hello.getHello();
            assertThat(second.getWorkerId()).isEqualTo(first.getWorkerId());
            assertThat(second.getIncarnation()).isNotEqualTo(first.getIncarnation());
            assertThat(worker.id()).isEqualTo(first.getWorkerId());
        }
    }

    @Test
    void two_workers_do_not_share_a_folder() {
        try (Worker worker = start(QUICK)) {
            assertThatThrownBy(() -> start(QUICK))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("--work-dir");
            assertThat(worker.id()).isNotEmpty();
        }
    }

    @Test
    void a_spoilt_worker_id_is_the_users_to_remove() throws IOException {
        Files.writeString(folder.resolve("worker-id"), "../../etc");

        assertThatThrownBy(() -> start(QUICK))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("worker-id")
                .hasMessageContaining("Remove the file");
    }

    private Worker start(SessionTimes times) {
        return start(times, coordinator.address(), coordinator.token);
    }

    private Worker start(SessionTimes times, HostPort address, Token token) {
        return Worker.start(
                new WorkerSettings(new Access(address, token), folder, 2),
                times,
                PROBE,
                (directory, channel, peers) -> runs);
    }

    private static HostPort freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", socket.getLocalPort());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
