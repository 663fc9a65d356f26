package shoal.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.worker.session.SessionTimes;

/** A worker that was started before its coordinator. */
@Timeout(60)
final class LateCoordinatorTest {
    @TempDir Path folder;

    @Test
    void a_coordinator_that_starts_after_its_worker_is_joined() throws Exception {
        Token token = Token.create(new SecureRandom());
        ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try (Worker worker = start(held, token, Duration.ofMinutes(1))) {
            try (held) {
                // It has dialled, and in vain.
                held.accept().close();
            }
            try (FakeCoordinator late = FakeCoordinator.startAt(address(held), token)) {
                assertThat(late.welcomed().hello.getHello().getWorkerId()).isEqualTo(worker.id());
            }
        }
    }

    @Test
    void one_that_trusts_another_token_refuses_at_once() throws Exception {
        try (FakeCoordinator there = FakeCoordinator.start();
                Worker worker =
                        start(
                                there.address(),
                                Token.create(new SecureRandom()),
                                Duration.ofDays(1))) {
            assertThatThrownBy(worker::awaitEnd)
                    .isInstanceOf(WorkerException.class)
                    .hasMessageContaining("refuses this worker");
        }
    }

    @Test
    void one_that_never_starts_is_named_with_how_long_it_was_waited_for() throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Worker worker = start(held, Token.create(new SecureRandom()), Duration.ZERO)) {
            held.accept().close();

            assertThatThrownBy(worker::awaitEnd)
                    .isInstanceOf(WorkerException.class)
                    .hasMessageContaining("no coordinator took this worker at " + address(held))
                    .hasMessageContaining("within 0 s");
        }
    }

    private Worker start(ServerSocket held, Token token, Duration joinWait) {
        return start(address(held), token, joinWait);
    }

    private Worker start(HostPort address, Token token, Duration joinWait) {
        return Worker.start(
                new WorkerSettings(new Access(address, token), folder, 1),
                SessionTimes.joiningWithin(joinWait),
                List.of(),
                (directory, channel, peers) -> new FakeRuns());
    }

    private static HostPort address(ServerSocket held) {
        return new HostPort("127.0.0.1", held.getLocalPort());
    }
}
