package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.wire.HostPort;
import shoal.worker.stop.StopSignal;

/** A worker process that dies or freezes in the middle of a transfer. */
@Tag("slow")
@Timeout(120)
final class KilledPeerTest {
    @TempDir private Path memory;
    private final Counting receiver = new Counting();
    private final StopSignal stop = new StopSignal();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_peer_killed_in_mid_transfer_is_lost_after_the_redial_time_and_leaves_nothing(
            boolean throughMemory) throws Exception {
        Process child = start(throughMemory);
        try (PeerPort port = port(throughMemory)) {
            Exchange exchange = open(port, child);
            assertThat(exchange.counts().peersThroughMemory()).isEqualTo(throughMemory ? 1 : 0);
            receiver.awaitPieces(200);

            long killed = System.nanoTime();
            child.destroyForcibly().waitFor();
            Trouble trouble = receiver.awaitTrouble();

            assertThat(trouble).isInstanceOf(Trouble.Lost.class);
            // 1 s in which it could dial again, and up to 200 ms until that is looked at.
            assertThat(System.nanoTime() - killed).isLessThan(TimeUnit.SECONDS.toNanos(4));
            RangeHeader range = ExchangeContract.node(0, 0, 16);
            assertThatThrownBy(
                            () -> exchange.send(1, range, ExchangeContract.values(range, 1), stop))
                    .isInstanceOf(PeerLostException.class);
            assertThatThrownBy(() -> exchange.barrier(stop)).isInstanceOf(PeerLostException.class);
            assertThat(filesLeft()).isEmpty();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_peer_that_freezes_is_lost_within_its_silence(boolean throughMemory) throws Exception {
        Process child = start(throughMemory);
        try (PeerPort port = port(throughMemory)) {
            open(port, child);
            receiver.awaitPieces(200);

            long frozen = System.nanoTime();
            signal("STOP", child);
            Trouble trouble = receiver.awaitTrouble();

            assertThat(trouble).isInstanceOf(Trouble.Lost.class);
            // 2 s to the ping, 2 s for its answer, or 10 s without a heartbeat.
            assertThat(System.nanoTime() - frozen).isLessThan(TimeUnit.SECONDS.toNanos(12));
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private PeerPort port(boolean throughMemory) {
        Optional<Path> shared = throughMemory ? Optional.of(memory) : Optional.empty();
        return PeerPort.listen(Crews.ANY_PORT, Crews.settings(shared, 4));
    }

    private Process start(boolean throughMemory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PeerChild.class.getName(),
                        throughMemory ? memory.toString() : "-")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private Exchange open(PeerPort port, Process child) throws IOException {
        BufferedReader said = child.inputReader();
        HostPort address = HostPort.parse(String.valueOf(said.readLine()));
        child.outputWriter().append(port.address().toString()).append('\n').flush();
        return port.open(PeerChild.crew(0, port.address(), address), receiver, stop);
    }

    private static void signal(String name, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> left = Files.list(memory)) {
            return left.toList();
        }
    }

    /** Counts pieces and keeps the first trouble. */
    private static final class Counting implements Receiver {
        private int pieces;
        private Optional<Trouble> first = Optional.empty();

        @Override
        public Optional<String> refusal(int from, RangeHeader range) {
            return Optional.empty();
        }

        @Override
        public synchronized Answer arrived(int from, RangeHeader range, ByteBuffer values) {
            pieces++;
            notifyAll();
            return Answer.TAKEN;
        }

        @Override
        public synchronized void trouble(Trouble trouble) {
            first = first.or(() -> Optional.of(trouble));
            notifyAll();
        }

        void awaitPieces(int count) {
            new StopSignal().await(this, () -> pieces >= count);
        }

        Trouble awaitTrouble() {
            new StopSignal().await(this, () -> first.isPresent());
            synchronized (this) {
                return first.orElseThrow();
            }
        }
    }
}
