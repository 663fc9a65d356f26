package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shoal.recipe.Limits;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;
import shoal.worker.stop.StopSignal;

/** What a peer that is broken, late or hostile sends. */
@Timeout(60)
final class HostileFramesTest {
    private static final RangeHeader RANGE = ExchangeContract.node(0, 0, 64);

    private final PeerPort port =
            PeerPort.listen(Crews.ANY_PORT, Crews.settings(Optional.empty(), 4));
    private final Gathered receiver = new Gathered();
    private final StopSignal stop = new StopSignal();
    private final CompletableFuture<Exchange> opening =
            CompletableFuture.supplyAsync(() -> port.open(crew(), receiver, stop));
    private final RawPeer peer = new RawPeer(port.address(), 7);
    private final Exchange exchange = opening.get(30, TimeUnit.SECONDS);

    HostileFramesTest() throws Exception {}

    @AfterEach
    void close() {
        peer.close();
        port.close();
    }

    @Test
    void a_wrong_checksum_is_dropped_counted_and_ends_the_stream_with_all_behind_it()
            throws Exception {
        byte[] damaged = frame(0);
        damaged[damaged.length - 1] ^= 1;

        peer.send(damaged);
        peer.send(frame(1));

        assertThat(peer.end().get(30, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(receiver.troubles()).containsExactly(new Trouble.Corrupt(1, Kind.Track.NODES));
        assertThat(receiver.pieces()).isEmpty();
        assertThat(exchange.counts().corrupt()).isEqualTo(1);
    }

    /** A bit of any byte, of header or values, is turned before the frame comes as it was sent. */
    @Test
    void a_bit_turned_anywhere_is_noticed_and_the_frame_is_taken_from_the_next_stream()
            throws Exception {
        RangeHeader range = ExchangeContract.momentum(Kind.MOMENTUM_BITS);
        ByteBuffer values = ExchangeContract.values(range, 4);
        SplittableRandom random = new SplittableRandom(21);
        int frames = FrameHeader.SIZE_BYTES + 16;
        for (int sequence = 0; sequence < frames; sequence++) {
            byte[] damaged = frame(range, values, sequence);
            int at =
                    sequence < FrameHeader.SIZE_BYTES
                            ? sequence
                            : random.nextInt(FrameHeader.SIZE_BYTES, damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));

            peer.send(damaged);
            assertThat(peer.end().get(30, TimeUnit.SECONDS).isOk()).isFalse();
            assertThat(peer.dialAgain()).isEqualTo(sequence);
            peer.send(frame(range, values, sequence));
        }

        assertThat(receiver.awaitPieces(frames))
                .hasSize(frames)
                .extracting(Gathered.Piece::range)
                .containsOnly(range);
        assertThat(receiver.troubles()).hasSize(frames).allMatch(Trouble.Corrupt.class::isInstance);
    }

    @Test
    void damage_that_does_not_end_ends_the_link() throws Exception {
        for (int damage = 0; damage < 10; damage++) {
            byte[] damaged = frame(0);
            damaged[40] ^= 1;
            peer.send(damaged);
            assertThat(peer.end().get(30, TimeUnit.SECONDS).isOk()).isFalse();
            assertThat(peer.dialAgain()).isZero();
        }

        peer.send(new byte[] {9, 9, 9});

        assertThat(receiver.awaitTroubles(11))
                .last()
                .asString()
                .contains("11 frames in a row on track NODES that were damaged on the way");
    }

    @Test
    void an_attempt_that_comes_late_does_not_take_the_place_of_a_newer_one() throws Exception {
        peer.send(frame(0));
        receiver.awaitPieces(1);

        assertThat(peer.dialLate().getCode()).isEqualTo(Status.Code.ABORTED);
        peer.send(frame(1));

        assertThat(receiver.awaitPieces(2)).hasSize(2);
        assertThat(receiver.troubles()).isEmpty();
    }

    @Test
    void a_peer_that_has_received_what_was_never_sent_breaks_the_protocol() throws Exception {
        peer.say(7);
        peer.dialAgain();

        assertThat(receiver.awaitTroubles(1))
                .singleElement()
                .asString()
                .contains("it broke the protocol: it has received 7 pieces, of 0 to 0");
    }

    @Test
    void a_mean_where_momentum_of_ranks_travels_ends_the_link() throws Exception {
        RangeHeader range = ExchangeContract.momentum(Kind.MEAN_BITS);

        peer.send(frame(range, ExchangeContract.values(range, 4), 0));

        assertLost("it sent MEAN_BITS here on track NODES, expected NODES");
    }

    @Test
    void a_stale_fence_is_dropped_counted_and_named() throws Exception {
        Frames old = new Frames(Crews.RUN, 6);
        Frames other = new Frames("another-run", 7);

        peer.send(RawPeer.bytes(TensorFrame.toSend(header(old, 0), values())));
        peer.send(RawPeer.bytes(TensorFrame.toSend(header(other, 0), values())));
        peer.send(frame(0));

        assertThat(receiver.awaitPieces(1)).hasSize(1);
        assertThat(receiver.troubles())
                .containsExactly(new Trouble.Stale(1, 6), new Trouble.Stale(1, 7));
        assertThat(exchange.counts().stale()).isEqualTo(2);
    }

    @Test
    void a_repeated_piece_ends_the_link() throws Exception {
        peer.send(frame(0));
        peer.send(frame(0));

        assertLost("it sent piece 0 on track NODES, expected 1");
        assertThat(receiver.pieces()).hasSize(1);
    }

    @Test
    void a_header_that_says_more_than_is_there_ends_the_link() throws Exception {
        RangeHeader longer = ExchangeContract.node(0, 0, 128);
        FrameHeader header = peer.frames().header(longer, FrameHeader.BEHIND, 0);

        peer.send(RawPeer.bytes(TensorFrame.toSend(header, values())));

        assertLost("it sent 256 bytes on track NODES, expected 512");
    }

    @Test
    void a_range_larger_than_memory_ends_the_link_before_any_allocation() throws Exception {
        RangeHeader huge = ExchangeContract.node(0, 0, Integer.MAX_VALUE / 16 * 16);
        FrameHeader header = peer.frames().header(huge, FrameHeader.BEHIND, 0);

        peer.send(RawPeer.bytes(TensorFrame.toSend(header)));

        assertLost("expected " + Limits.CHUNK_BYTES);
    }

    @Test
    void memory_that_was_not_agreed_on_ends_the_link() throws Exception {
        FrameHeader header = peer.frames().header(RANGE, FrameHeader.IN_MEMORY, 0);

        peer.send(RawPeer.bytes(TensorFrame.toSend(header)));

        assertLost("it sent values elsewhere on track NODES, expected values on the stream");
    }

    @Test
    void nccl_that_was_not_agreed_on_ends_the_link() throws Exception {
        FrameHeader header = peer.frames().header(RANGE, FrameHeader.THROUGH_NCCL, 0);

        peer.send(RawPeer.bytes(TensorFrame.toSend(header)));

        assertLost("it sent values elsewhere on track NODES, expected values on the stream");
    }

    @Test
    void a_stream_that_is_opened_twice_ends_the_link() throws Exception {
        peer.send(RawPeer.bytes(peer.frames().control(Frames.OPENED, FrameHeader.IN_MEMORY)));

        assertLost("it opened a stream twice, or for 1");
    }

    @Test
    void more_than_the_window_ends_the_link() throws Exception {
        receiver.leaveRoomFor(0);
        for (int piece = 0; piece < 5; piece++) {
            peer.send(frame(piece));
        }

        assertLost("it sent 5 pieces on track NODES, expected 4");
    }

    @Test
    void a_message_longer_than_a_piece_ends_the_link() throws Exception {
        peer.send(new byte[FrameHeader.SIZE_BYTES + Limits.CHUNK_BYTES + 1]);

        assertLost("its connection ended");
    }

    @Test
    void noise_ends_the_stream_and_the_link_if_no_other_comes() throws Exception {
        peer.send(new byte[] {9, 9, 9});

        assertThat(receiver.awaitTroubles(2))
                .extracting(Trouble::toString)
                .containsExactly(
                        new Trouble.Corrupt(1, Kind.Track.NODES).toString(),
                        "worker 1 is lost: a frame was damaged on the way; no other connection"
                                + " within 1000 ms");
        assertThat(peer.end().get(30, TimeUnit.SECONDS).isOk()).isFalse();
    }

    @Test
    void another_format_ends_the_link() throws Exception {
        byte[] newer = frame(0);
        newer[0] = 3;
        peer.send(RawPeer.sealed(newer));

        assertLost("it sent a frame of format 3, expected 2");
    }

    private void assertLost(String why) throws Exception {
        List<Trouble> troubles = receiver.awaitTroubles(1);
        assertThat(troubles).hasSize(1);
        assertThat(troubles.get(0)).isInstanceOf(Trouble.Lost.class);
        assertThat(troubles.get(0).toString()).contains(why);
        assertThat(peer.end().get(30, TimeUnit.SECONDS).isOk()).isFalse();
    }

    private Crew crew() {
        return new Crew(
                Crews.RUN,
                7,
                0,
                List.of(
                        new Crew.Member("w-0", port.address()),
                        new Crew.Member("w-1", Crews.ANY_PORT)),
                Crews.SECRET);
    }

    private byte[] frame(long sequence) {
        return frame(RANGE, values(), sequence);
    }

    private byte[] frame(RangeHeader range, ByteBuffer values, long sequence) {
        FrameHeader header = peer.frames().header(range, FrameHeader.BEHIND, sequence);
        return RawPeer.bytes(TensorFrame.toSend(header, values.duplicate()));
    }

    private static FrameHeader header(Frames frames, long sequence) {
        return frames.header(RANGE, FrameHeader.BEHIND, sequence);
    }

    private static ByteBuffer values() {
        return ExchangeContract.values(RANGE, 4);
    }
}
