package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.worker.exchange.nccl.Nccl;
import shoal.worker.stop.StopSignal;

/** Devices that fail, or are not there for all. */
@Timeout(60)
final class NcclTroubleTest {
    private static final int COMMUNICATORS_OF_TWO_WORKERS = 8;

    private final FakeNccl devices = new FakeNccl();
    private final StopSignal stop = new StopSignal();
    private final List<Gathered> receivers = ExchangeContract.receivers(2);

    @AfterEach
    void no_rule_is_broken() {
        assertThat(devices.broken()).isEmpty();
    }

    @Test
    void an_error_of_a_communicator_loses_the_peer_and_frees_all_communicators_with_it()
            throws Exception {
        try (ExchangeContract.Cluster cluster = NcclCrews.cluster(receivers, devices::device)) {
            devices.fail("GPU-0");
            RangeHeader range = ExchangeContract.node(0, 0, 16);

            assertThatThrownBy(
                            () ->
                                    cluster.of(0)
                                            .send(
                                                    1,
                                                    range,
                                                    ExchangeContract.values(range, 1),
                                                    stop))
                    .isInstanceOfSatisfying(
                            PeerLostException.class, lost -> assertThat(lost.peer()).isEqualTo(1))
                    .hasMessageContaining("unhandled cuda error on GPU-0");

            assertThat(receivers.get(0).awaitTroubles(1))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Trouble.Lost.class,
                            lost -> assertThat(lost.reason()).contains("unhandled cuda error"));
            assertThat(receivers.get(1).awaitTroubles(1))
                    .singleElement()
                    .isInstanceOf(Trouble.Lost.class);
            assertThatThrownBy(() -> cluster.of(1).barrier(stop))
                    .isInstanceOf(PeerLostException.class);
            devices.awaitClosed(COMMUNICATORS_OF_TWO_WORKERS);
        }
    }

    @Test
    void an_error_at_the_receiver_ends_its_barrier_and_later_sends() throws Exception {
        try (ExchangeContract.Cluster cluster = NcclCrews.cluster(receivers, devices::device)) {
            CompletableFuture<Void> waiting =
                    CompletableFuture.runAsync(() -> cluster.of(1).barrier(stop));
            devices.fail("GPU-1");
            RangeHeader range = ExchangeContract.node(0, 0, 16);
            cluster.of(0).send(1, range, ExchangeContract.values(range, 1), stop);

            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PeerLostException.class);
            assertThat(receivers.get(0).awaitTroubles(1))
                    .singleElement()
                    .isInstanceOf(Trouble.Lost.class);
            assertThatThrownBy(
                            () ->
                                    cluster.of(0)
                                            .send(
                                                    1,
                                                    range,
                                                    ExchangeContract.values(range, 1),
                                                    stop))
                    .isInstanceOf(PeerLostException.class);
            assertThat(receivers.get(1).pieces()).isEmpty();
            devices.awaitClosed(COMMUNICATORS_OF_TWO_WORKERS);
        }
    }

    @Test
    void a_device_that_cannot_join_leaves_its_worker_to_the_streams_and_says_why()
            throws Exception {
        devices.refuse("GPU-1");
        try (ExchangeContract.Cluster cluster = NcclCrews.cluster(receivers, devices::device)) {
            RangeHeader range = ExchangeContract.node(0, 0, 3 * RangeHeader.PIECE_ELEMENTS);

            cluster.of(0).send(1, range, ExchangeContract.values(range, 1), stop);
            cluster.of(1).send(0, range, ExchangeContract.values(range, 2), stop);

            receivers.get(0).awaitPieces(3);
            receivers.get(1).awaitPieces(3);
            assertThat(receivers.get(1).values(0, Kind.GRADIENT_NODE))
                    .isEqualTo(ExchangeContract.floats(range, 1));
            assertThat(cluster.of(1).path())
                    .startsWith(
                            "workers exchange through streams (no shared memory between them), not NCCL: with worker w-0 at ")
                    .endsWith("no memory left on GPU-1");
            assertThat(cluster.of(0).path())
                    .startsWith(
                            "workers exchange through streams (no shared memory between them), not NCCL: worker w-1 at ")
                    .endsWith("could not join its communicators");
        }
        assertThat(devices.open()).isZero();
    }

    @Test
    void a_peer_that_is_lost_while_communicators_are_joined_ends_the_opening() throws Exception {
        devices.stick();
        List<Nccl> each = List.of(devices.device("GPU-0"), devices.device("GPU-1"));
        List<PeerPort> ports = NcclCrews.ports(each);
        try {
            List<CompletableFuture<Exchange>> opening = NcclCrews.open(ports, each, receivers);
            devices.awaitJoining(2 * Kind.Track.values().length);

            ports.get(1).close();

            assertThatThrownBy(() -> opening.get(0).get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(PeerLostException.class);
            devices.awaitClosed(2 * Kind.Track.values().length);
        } finally {
            ports.forEach(PeerPort::close);
        }
    }

    @Test
    void two_workers_on_one_device_do_not_use_it() throws Exception {
        List<Nccl> one = List.of(devices.device("GPU-0"), devices.device("GPU-0"));

        try (ExchangeContract.Cluster cluster = NcclCrews.cluster(receivers, one)) {
            assertThat(cluster.all())
                    .allMatch(
                            each ->
                                    each.path()
                                            .equals(
                                                    "workers exchange through streams (no shared memory between them), not NCCL:"
                                                            + " w-0 and w-1 have one device,"
                                                            + " GPU-0"));
        }
    }
}
