package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.wire.HostPort;
import shoal.worker.stop.StopSignal;

/**
 * Two workers whose connection is cut, held up or damaged: all that one sends arrives at the other
 * once, in order and as it was, within the generation.
 */
@Timeout(120)
final class CutConnectionTest {
    /** Where it is cut and damaged; another one: -Dseed=N. */
    private static final long SEED = Long.getLong("seed", 5L);

    private static final int PIECE = RangeHeader.PIECE_ELEMENTS;

    /** Headers of HTTP/2 and of both streams are through by then. */
    private static final int OPENED_BYTES = 2_500;

    @TempDir private Path memory;
    private final List<Gathered> receivers = ExchangeContract.receivers(2);
    private final StopSignal stop = new StopSignal();
    private final List<PeerPort> ports = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private Optional<Relay> relay = Optional.empty();

    @AfterEach
    void close() throws Exception {
        stop.raise();
        ports.forEach(PeerPort::close);
        if (relay.isPresent()) {
            relay.get().close();
        }
        assertThat(memory).isEmptyDirectory();
    }

    /** Cut wherever that is, on each of twenty connections. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_connection_that_breaks_again_and_again_carries_everything_once(boolean throughMemory)
            throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int most = throughMemory ? 4_000 : 2_000_000;
        open(throughMemory, 10_000);
        relay().faults(
                        (connection, forward) ->
                                connection > 20
                                        ? new Relay.Fault.None()
                                        : new Relay.Fault.Cut(OPENED_BYTES + random.nextInt(most)));
        relay().down();
        relay().up();

        exchangeAll(throughMemory ? 30 : 10);

        assertThat(relay().struck()).isGreaterThanOrEqualTo(10);
        assertThat(exchanges).anyMatch(each -> each.counts().resent() > 0);
        assertNothingLost();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_byte_that_was_damaged_is_sent_again(boolean throughMemory) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int most = throughMemory ? 2_000 : 1_000_000;
        open(throughMemory, 10_000);
        relay().faults(
                        (connection, forward) ->
                                connection > 40 || forward == (connection % 2 == 0)
                                        ? new Relay.Fault.None()
                                        : new Relay.Fault.Damage(
                                                OPENED_BYTES + random.nextInt(most),
                                                1 << random.nextInt(8)));
        relay().down();
        relay().up();

        exchangeAll(throughMemory ? 30 : 10);

        assertThat(relay().struck()).isGreaterThanOrEqualTo(5);
        assertNothingLost();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_connection_that_says_nothing_any_more_is_replaced(boolean throughMemory)
            throws Exception {
        open(throughMemory, 20_000);
        relay().hold();
        CompletableFuture<Void> sending = async(() -> send(0, 20));
        CompletableFuture<Void> back = async(() -> send(1, 20));

        relay().awaitConnections(2);
        assertThat(sending).isNotDone();
        relay().release();

        sending.get(30, TimeUnit.SECONDS);
        back.get(30, TimeUnit.SECONDS);
        ExchangeContract.runAll(2, index -> exchanges.get(index).barrier(stop));
        assertArrived(20);
        assertNothingLost();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_peer_that_stays_away_for_the_redial_time_is_lost_once(boolean throughMemory)
            throws Exception {
        open(throughMemory, 300);

        relay().down();

        for (int index = 0; index < 2; index++) {
            assertThat(receivers.get(index).awaitTroubles(1))
                    .extracting(Trouble::toString)
                    .singleElement()
                    .asString()
                    .contains("no other connection within 300 ms");
        }
        relay().up();
        assertThatThrownBy(() -> send(1, 1)).isInstanceOf(PeerLostException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void an_exchange_that_is_closed_is_not_waited_for(int closed) throws Exception {
        open(false, 60_000);

        exchanges.get(closed).close();

        assertThat(receivers.get(1 - closed).awaitTroubles(1))
                .extracting(Trouble::toString)
                .singleElement()
                .asString()
                .contains("it has closed its exchange");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void an_exchange_that_was_closed_while_the_connection_was_cut_is_not_waited_for(int closed)
            throws Exception {
        open(false, closed == 0 ? 60_000 : 500);
        relay().down();
        relay().awaitConnections(3);

        exchanges.get(closed).close();
        relay().up();

        assertThat(receivers.get(1 - closed).awaitTroubles(1)).hasSize(1);
    }

    /** Both directions and tracks at once, ranges of every length, a barrier after each. */
    private void exchangeAll(int rounds) throws Exception {
        ExchangeContract.runAll(
                2,
                index -> {
                    for (int round = 0; round < rounds; round++) {
                        send(index, 8);
                        exchanges.get(index).barrier(stop);
                    }
                });
        assertArrived(8 * rounds);
    }

    /** So many ranges on each track, each some pieces long. */
    private void send(int from, int count) {
        for (int i = 0; i < count; i++) {
            int elements = (i % 4) * PIECE + 4_096;
            RangeHeader node = ExchangeContract.node(i, 0, elements);
            RangeHeader result = ExchangeContract.parameters(i, elements);
            ByteBuffer values = ExchangeContract.values(node, i);
            exchanges.get(from).send(1 - from, node, values, stop);
            exchanges.get(from).send(1 - from, result, values, stop);
        }
    }

    private void assertArrived(int ranges) {
        for (Gathered receiver : receivers) {
            for (Kind kind : List.of(Kind.GRADIENT_NODE, Kind.PARAMETERS)) {
                List<Gathered.Piece> pieces =
                        receiver.pieces().stream()
                                .filter(piece -> piece.range().kind() == kind)
                                .toList();
                List<Gathered.Piece> begins =
                        pieces.stream()
                                .filter(piece -> piece.range().offsetElements() == 0)
                                .toList();
                assertThat(begins).hasSize(ranges);
                int next = 0;
                for (Gathered.Piece piece : pieces) {
                    long expected = piece.range().offsetElements();
                    assertThat(expected == 0 || expected == next).as("%s", piece.range()).isTrue();
                    next = (int) expected + piece.range().elements();
                    assertThat(piece.values().get(0))
                            .isEqualTo((float) (expected * 31 + piece.range().unit()));
                    assertThat(piece.values().get(piece.values().capacity() - 1))
                            .isEqualTo((next - 1) * 31 + piece.range().unit());
                }
            }
        }
    }

    private void assertNothingLost() {
        for (Gathered receiver : receivers) {
            assertThat(receiver.troubles()).allMatch(Trouble.Corrupt.class::isInstance);
        }
    }

    private void open(boolean throughMemory, long redialMillis) throws Exception {
        ExchangeSettings settings =
                new ExchangeSettings(
                        new ExchangeTimes(50, 1_000, 20, 5_000, redialMillis),
                        throughMemory ? Optional.of(memory) : Optional.empty(),
                        4,
                        8,
                        Optional.empty());
        ports.addAll(Crews.ports(2, settings));
        relay = Optional.of(new Relay(ports.get(0).address()));
        List<CompletableFuture<Exchange>> opening = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int index = i;
            opening.add(
                    CompletableFuture.supplyAsync(
                            () -> ports.get(index).open(crew(index), receivers.get(index), stop),
                            task -> new Thread(task, "open-" + index).start()));
        }
        for (CompletableFuture<Exchange> one : opening) {
            exchanges.add(one.get(30, TimeUnit.SECONDS));
        }
        assertThat(exchanges)
                .allMatch(each -> each.counts().peersThroughMemory() == (throughMemory ? 1 : 0));
    }

    private Crew crew(int index) {
        HostPort through = relay().address();
        return new Crew(
                Crews.RUN,
                1,
                index,
                List.of(
                        new Crew.Member("w-0", through),
                        new Crew.Member("w-1", ports.get(1).address())),
                Crews.SECRET);
    }

    private Relay relay() {
        return relay.orElseThrow();
    }

    private static CompletableFuture<Void> async(Runnable task) {
        return CompletableFuture.runAsync(task, run -> new Thread(run, "sending").start());
    }
}
