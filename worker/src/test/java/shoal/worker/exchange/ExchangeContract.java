package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.plan.step.ReductionTree.Node;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

/** What {@link Exchange} promises; every implementation passes it. */
@Timeout(120)
abstract class ExchangeContract {
    static final int PIECE = RangeHeader.PIECE_ELEMENTS;

    private final StopSignal stop = new StopSignal();

    /** The exchanges of one generation. */
    interface Cluster extends AutoCloseable {
        List<? extends Exchange> all();

        default Exchange of(int index) {
            return all().get(index);
        }

        @Override
        void close();
    }

    /** Opens a generation whose windows are as small as the implementation can make them. */
    abstract Cluster open(List<? extends Receiver> receivers) throws Exception;

    /** Pieces that may be under way to a receiver without room before its sender waits. */
    abstract int windowPieces();

    @Test
    void a_range_arrives_whole_in_pieces_in_order() throws Exception {
        List<Gathered> receivers = receivers(2);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(1, 16, 2 * PIECE + 4_096);

            cluster.of(0).send(1, range, values(range, 7), stop);

            List<Gathered.Piece> pieces = receivers.get(1).awaitPieces(3);
            assertThat(pieces).extracting(Gathered.Piece::from).containsOnly(0);
            assertThat(pieces)
                    .extracting(Gathered.Piece::range)
                    .containsExactly(
                            node(1, 16, PIECE),
                            node(1, 16 + PIECE, PIECE),
                            node(1, 16 + 2 * PIECE, 4_096));
            assertThat(receivers.get(1).values(0, Kind.GRADIENT_NODE)).isEqualTo(floats(range, 7));
            assertThat(cluster.of(0).counts().sentBytes()).isEqualTo(range.sizeBytes());
        }
    }

    @Test
    void every_kind_arrives_with_its_header() throws Exception {
        List<Gathered> receivers = receivers(2);
        Optional<Node> node = Optional.of(new Node(2, 6));
        List<RangeHeader> sent =
                List.of(
                        new RangeHeader(Kind.EMBEDDING_ROWS, 9, 8, 0, 3, 41, node),
                        new RangeHeader(Kind.EMBEDDING_END, 9, 8, 0, 44, 0, node),
                        new RangeHeader(Kind.GRADIENT_NODE, 9, 8, 3, 1L << 33, 16, node),
                        new RangeHeader(Kind.REDUCED_GRADIENT, 9, 8, 2, 32, 48, Optional.empty()),
                        new RangeHeader(Kind.PARAMETERS, 9, 9, 2, 32, 48, Optional.empty()),
                        momentum(Kind.MOMENTUM_BITS),
                        momentum(Kind.MEAN_BITS));
        try (Cluster cluster = open(receivers)) {
            for (RangeHeader range : sent) {
                cluster.of(1).send(0, range, values(range, 3), stop);
            }

            List<Gathered.Piece> pieces = receivers.get(0).awaitPieces(sent.size());
            assertThat(pieces)
                    .extracting(Gathered.Piece::range)
                    .containsExactlyInAnyOrderElementsOf(sent);
            for (Gathered.Piece piece : pieces) {
                assertThat(piece.values()).isEqualTo(FloatBuffer.wrap(floats(piece.range(), 3)));
            }
        }
    }

    /** Three packed blocks of 129 words, the first of them the fifth of unit 1. */
    static RangeHeader momentum(Kind kind) {
        boolean ofRank = kind == Kind.MOMENTUM_BITS;
        Optional<Node> rank = ofRank ? Optional.of(new Node(3, 4)) : Optional.empty();
        return new RangeHeader(kind, 9, 8, 1, 4 * 4_096, 3 * 129, rank);
    }

    @Test
    void values_may_be_overwritten_after_send() throws Exception {
        List<Gathered> receivers = receivers(2);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(0, 0, PIECE);
            ByteBuffer reused = values(range, 1);

            for (int i = 0; i < 40; i++) {
                reused.putFloat(0, i);
                reused.putFloat(reused.limit() - Float.BYTES, i);
                cluster.of(0).send(1, range, reused, stop);
            }

            List<Gathered.Piece> pieces = receivers.get(1).awaitPieces(40);
            for (int i = 0; i < 40; i++) {
                assertThat(pieces.get(i).values().get(0)).isEqualTo(i);
                assertThat(pieces.get(i).values().get(PIECE - 1)).isEqualTo(i);
            }
        }
    }

    @Test
    void a_receiver_without_room_holds_up_its_sender_but_not_results() throws Exception {
        List<Gathered> receivers = receivers(2);
        receivers.get(1).leaveRoomFor(0);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(0, 0, PIECE * (windowPieces() + 8));

            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> cluster.of(0).send(1, range, values(range, 5), stop));
            receivers.get(1).awaitOffered(Kind.Track.NODES, 1);
            RangeHeader result = parameters(0, 4_096);
            cluster.of(0).send(1, result, values(result, 6), stop);
            receivers.get(1).awaitPieces(1);

            assertThat(receivers.get(1).values(0, Kind.PARAMETERS)).isEqualTo(floats(result, 6));
            assertThat(receivers.get(1).offered(Kind.Track.NODES)).isEqualTo(1);
            assertThat(sending).isNotDone();

            receivers.get(1).leaveRoomFor(Integer.MAX_VALUE);
            cluster.of(1).offerAgain();
            sending.get(30, TimeUnit.SECONDS);
            receivers.get(1).awaitPieces(windowPieces() + 9);
            assertThat(receivers.get(1).values(0, Kind.GRADIENT_NODE)).isEqualTo(floats(range, 5));
        }
    }

    @Test
    void a_waiting_send_ends_when_stopped() throws Exception {
        List<Gathered> receivers = receivers(2);
        receivers.get(1).leaveRoomFor(0);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(0, 0, PIECE * (windowPieces() + 8));
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> cluster.of(0).send(1, range, values(range, 5), stop));
            receivers.get(1).awaitOffered(Kind.Track.NODES, 1);

            stop.raise();

            assertThatThrownBy(() -> sending.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StoppedException.class);
        }
    }

    @Test
    void a_refused_header_is_dropped_counted_and_told() throws Exception {
        List<Gathered> receivers = receivers(2);
        receivers.get(1).refuseFrom(5);
        try (Cluster cluster = open(receivers)) {
            cluster.of(0).send(1, node(5, 0, 4_096), values(node(5, 0, 4_096), 1), stop);
            cluster.of(0).send(1, node(4, 0, 4_096), values(node(4, 0, 4_096), 2), stop);

            List<Gathered.Piece> pieces = receivers.get(1).awaitPieces(1);
            assertThat(pieces).extracting(piece -> piece.range().unit()).containsExactly(4);
            assertThat(receivers.get(1).troubles())
                    .containsExactly(new Trouble.Refused(0, node(5, 0, 4_096), "units end at 5"));
            assertThat(cluster.of(1).counts().refused()).isEqualTo(1);
        }
    }

    @Test
    void after_a_barrier_all_that_others_sent_before_it_is_taken() throws Exception {
        List<Gathered> receivers = receivers(3);
        try (Cluster cluster = open(receivers)) {
            for (int round = 1; round <= 5; round++) {
                int sent = round;
                runAll(
                        3,
                        index -> {
                            RangeHeader range = node(0, 0, 2 * PIECE);
                            RangeHeader result = parameters(0, 2 * PIECE);
                            for (int hop = 1; hop < 3; hop++) {
                                int to = (index + hop) % 3;
                                cluster.of(index).send(to, range, values(range, index), stop);
                                cluster.of(index).send(to, result, values(result, index), stop);
                            }
                            cluster.of(index).barrier(stop);
                            assertThat(receivers.get(index).pieces().size())
                                    .isGreaterThanOrEqualTo(sent * 8);
                        });
            }
        }
    }

    @Test
    void all_to_all_in_the_smallest_window_ends_with_every_value() throws Exception {
        List<Gathered> receivers = receivers(3);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(1, 0, 12 * PIECE);
            RangeHeader result = parameters(1, 12 * PIECE);

            runAll(
                    3,
                    index -> {
                        for (int hop = 1; hop < 3; hop++) {
                            int to = (index + hop) % 3;
                            cluster.of(index).send(to, range, values(range, 10 + index), stop);
                            cluster.of(index).send(to, result, values(result, 20 + index), stop);
                        }
                        cluster.of(index).barrier(stop);
                    });

            for (int to = 0; to < 3; to++) {
                for (int from = 0; from < 3; from++) {
                    if (from != to) {
                        assertThat(receivers.get(to).values(from, Kind.GRADIENT_NODE))
                                .isEqualTo(floats(range, 10 + from));
                        assertThat(receivers.get(to).values(from, Kind.PARAMETERS))
                                .isEqualTo(floats(result, 20 + from));
                    }
                }
                assertThat(receivers.get(to).callers()).isEqualTo(1);
                assertThat(receivers.get(to).troubles()).isEmpty();
            }
        }
    }

    @Test
    void a_lost_peer_is_told_and_ends_waiting_calls() throws Exception {
        List<Gathered> receivers = receivers(3);
        receivers.get(2).leaveRoomFor(0);
        try (Cluster cluster = open(receivers)) {
            RangeHeader range = node(0, 0, PIECE * (windowPieces() + 8));
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> cluster.of(0).send(2, range, values(range, 5), stop));
            CompletableFuture<Void> barrier =
                    CompletableFuture.runAsync(() -> cluster.of(1).barrier(stop));
            receivers.get(2).awaitOffered(Kind.Track.NODES, 1);

            cluster.of(2).close();

            for (CompletableFuture<Void> call : List.of(sending, barrier)) {
                assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                PeerLostException.class,
                                lost -> assertThat(lost.peer()).isEqualTo(2));
            }
            for (int index = 0; index < 2; index++) {
                assertThat(receivers.get(index).awaitTroubles(1))
                        .hasSize(1)
                        .allMatch(
                                trouble -> trouble instanceof Trouble.Lost && trouble.peer() == 2);
            }
            RangeHeader small = node(0, 0, 16);
            assertThatThrownBy(() -> cluster.of(0).send(2, small, values(small, 1), stop))
                    .isInstanceOf(PeerLostException.class);
            cluster.of(0).send(1, small, values(small, 1), stop);
            receivers.get(1).awaitPieces(1);
        }
    }

    @Test
    void a_wrong_call_says_what_is_wrong() throws Exception {
        try (Cluster cluster = open(receivers(2))) {
            RangeHeader range = node(0, 0, 16);

            assertThatThrownBy(() -> cluster.of(0).send(0, range, values(range, 1), stop))
                    .hasMessage("to is 0, expected another worker of 2; this one is 0");
            assertThatThrownBy(() -> cluster.of(0).send(2, range, values(range, 1), stop))
                    .hasMessageContaining("to is 2, expected another worker of 2");
            assertThatThrownBy(() -> cluster.of(0).send(1, range, ByteBuffer.allocate(60), stop))
                    .hasMessageStartingWith("60 bytes for GRADIENT_NODE")
                    .hasMessageEndingWith("expected 64");
        }
    }

    static List<Gathered> receivers(int count) {
        return IntStream.range(0, count).mapToObj(index -> new Gathered()).toList();
    }

    static RangeHeader node(int unit, long offsetElements, int elements) {
        return new RangeHeader(
                Kind.GRADIENT_NODE,
                1,
                0,
                unit,
                offsetElements,
                elements,
                Optional.of(new Node(0, 1)));
    }

    static RangeHeader parameters(int unit, int elements) {
        return new RangeHeader(Kind.PARAMETERS, 1, 1, unit, 0, elements, Optional.empty());
    }

    static float[] floats(RangeHeader range, int salt) {
        float[] floats = new float[range.elements()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = i * 31 + salt;
        }
        return floats;
    }

    static ByteBuffer values(RangeHeader range, int salt) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect((int) range.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats(range, salt));
        return bytes;
    }

    /** Work of one worker. */
    interface Part {
        void run(int index);
    }

    /** Runs a part per worker, each in a thread of its own; the first that fails is thrown. */
    static void runAll(int workers, Part part) throws Exception {
        List<CompletableFuture<Void>> parts =
                IntStream.range(0, workers)
                        .mapToObj(
                                index ->
                                        CompletableFuture.runAsync(
                                                () -> part.run(index),
                                                task -> new Thread(task, "part-" + index).start()))
                        .toList();
        try {
            CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                    .get(60, TimeUnit.SECONDS);
        } catch (CompletionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
