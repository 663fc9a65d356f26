package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

@Timeout(60)
final class PeerPortTest {
    private final List<PeerPort> ports =
            new ArrayList<>(Crews.ports(2, Crews.settings(Optional.empty(), 4)));
    private final StopSignal stop = new StopSignal();

    @AfterEach
    void close() {
        stop.raise();
        ports.forEach(PeerPort::close);
    }

    @Test
    void a_wrong_secret_is_refused_and_the_pair_named() {
        CompletableFuture<Exchange> waiting = opening(0, Crews.crew(1, 0, ports));
        Crew right = Crews.crew(1, 1, ports);
        Crew wrong =
                new Crew(
                        right.run(),
                        right.generation(),
                        right.index(),
                        right.members(),
                        new Token("shoal_" + "00".repeat(32)));

        assertThatThrownBy(() -> ports.get(1).open(wrong, new Gathered(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("worker w-1 at " + ports.get(1).address())
                .hasMessageContaining("cannot reach worker w-0 at " + ports.get(0).address())
                .hasMessageContaining("a wrong secret");
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_generation_that_is_over_is_refused() {
        CompletableFuture<Exchange> waiting = opening(0, Crews.crew(3, 0, ports));

        assertThatThrownBy(() -> ports.get(1).open(Crews.crew(2, 1, ports), new Gathered(), stop))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("generation 2 is over; now 3");
        assertThat(waiting).isNotDone();
    }

    @Test
    void a_newer_generation_waits_for_all_and_ends_the_older() throws Exception {
        List<Gathered> first = ExchangeContract.receivers(2);
        List<Exchange> older = Crews.openAll(1, ports, first);

        CompletableFuture<Exchange> early = opening(1, Crews.crew(2, 1, ports));
        assertThat(first.get(0).awaitTroubles(1)).allMatch(trouble -> trouble.peer() == 1);
        assertThat(early).isNotDone();
        CompletableFuture<Exchange> late = opening(0, Crews.crew(2, 0, ports));

        List<Exchange> newer =
                List.of(late.get(30, TimeUnit.SECONDS), early.get(30, TimeUnit.SECONDS));
        ExchangeContract.runAll(2, index -> newer.get(index).barrier(stop));
        RangeHeader range = ExchangeContract.node(0, 0, 16);
        assertThatThrownBy(
                        () -> older.get(0).send(1, range, ExchangeContract.values(range, 1), stop))
                .isInstanceOf(PeerLostException.class);
    }

    @Test
    void peers_out_of_reach_are_named_all_at_once() throws Exception {
        HostPort nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new HostPort("127.0.0.1", taken.getLocalPort());
        }
        Crew crew =
                new Crew(
                        Crews.RUN,
                        1,
                        2,
                        List.of(
                                new Crew.Member("w-0", nobody),
                                new Crew.Member("w-1", nobody),
                                new Crew.Member("w-2", ports.get(0).address())),
                        Crews.SECRET);
        long begun = System.nanoTime();

        assertThatThrownBy(() -> ports.get(0).open(crew, new Gathered(), stop))
                .isInstanceOfSatisfying(
                        UserException.class, problem -> assertThat(problem.problems()).hasSize(2))
                .hasMessageContaining("cannot reach worker w-0 at " + nobody)
                .hasMessageContaining("cannot reach worker w-1 at " + nobody)
                .hasMessageContaining("Connection refused")
                .hasMessageContaining("--advertise");
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void a_worker_that_has_not_opened_yet_is_waited_for_until_stopped() throws Exception {
        CompletableFuture<Exchange> opening = opening(1, Crews.crew(1, 1, ports));
        // Longer than a peer without any answer is waited for.
        assertThatThrownBy(() -> opening.get(2_500, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);

        stop.raise();

        assertThatThrownBy(() -> opening.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StoppedException.class);
    }

    @Test
    void a_worker_alone_needs_no_peer() {
        Crew alone =
                new Crew(
                        Crews.RUN,
                        1,
                        0,
                        List.of(new Crew.Member("w-0", ports.get(0).address())),
                        Crews.SECRET);

        Exchange exchange = ports.get(0).open(alone, new Gathered(), stop);

        exchange.barrier(stop);
        assertThat(exchange.workers()).isEqualTo(1);
    }

    @Test
    void listening_off_loopback_is_refused_with_both_remedies() {
        assertThatThrownBy(
                        () ->
                                PeerPort.listen(
                                        new HostPort("0.0.0.0", 0), ExchangeSettings.standard()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--peer-listen: is 0.0.0.0:0")
                .hasMessageContaining("--tls on")
                .hasMessageContaining("ssh -L");
    }

    @Test
    void an_address_in_use_is_named() {
        assertThatThrownBy(
                        () -> PeerPort.listen(ports.get(0).address(), ExchangeSettings.standard()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(ports.get(0).address().toString())
                .hasMessageContaining("already in use");
    }

    private CompletableFuture<Exchange> opening(int port, Crew crew) {
        return CompletableFuture.supplyAsync(
                () -> ports.get(port).open(crew, new Gathered(), stop),
                task -> new Thread(task, "opening").start());
    }
}
