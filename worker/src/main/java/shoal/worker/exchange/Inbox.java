package shoal.worker.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.recipe.Limits;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/**
 * What one worker receives from another on one track: checks each frame, offers its pieces to the
 * receiver in order, and says how many were taken.
 *
 * <p>Frames and marks are numbered through all streams of the track, and each number is taken once:
 * {@link #received} is the next one that is expected, which a stream begins with. What waits stays
 * when a stream is cut; a frame that was damaged on the way is dropped with all behind it, and the
 * peer sends from there again.
 *
 * <p>Used by the network thread alone. A peer that breaks the protocol, in a frame that is as it
 * was sent, shows as an {@link IllegalArgumentException}.
 */
final class Inbox {
    /** Frames damaged in a row: lines that bad carry nothing, and memory that bad is no better. */
    private static final int MOST_DAMAGED = 10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final int peer;
    private final Kind.Track track;
    private final int streamWindowPieces;
    private final Receiver receiver;
    private final Tally tally;
    private final ByteBuffer staging;
    private final Progress progress;

    private final ArrayDeque<Arrived> waiting = new ArrayDeque<>();
    private Optional<ValueReader> elsewhere = Optional.empty();
    private @Nullable ByteBuffer kept; // the first waiting piece, where only it is held up
    private boolean parked;
    private boolean awaited; // parked for values that are on their way
    private boolean dropped;
    private long expected;
    private long taken;
    private long told;
    private int damaged; // since a piece was taken

    /** Is told how far this side is. */
    interface Progress {
        /** All that the peer sent before its barrier is taken. */
        void barrier();

        /** So many of the peer's pieces and marks are taken in all. */
        void taken(long pieces);

        /** From {@link #received} on all must be sent again. */
        void damaged();
    }

    /** A frame; without a range, the mark of a barrier. */
    private static final class Arrived {
        private final TensorFrame frame;
        private final Optional<RangeHeader> range;
        private final List<RangeHeader> pieces;
        private int done;

        Arrived(TensorFrame frame, Optional<RangeHeader> range) {
            this.frame = frame;
            this.range = range;
            this.pieces = range.map(Pieces::of).orElse(List.of());
        }

        /** What it counts in sequences: a mark counts as a piece. */
        int count() {
            return Math.max(1, pieces.size());
        }
    }

    /**
     * Nothing has arrived yet.
     *
     * @param staging of the network thread, as large as a piece
     */
    Inbox(int peer, Kind.Track track, Shared shared, ByteBuffer staging, Progress progress) {
        this.peer = peer;
        this.track = track;
        this.streamWindowPieces = shared.windowPieces();
        this.receiver = shared.receiver();
        this.tally = shared.tally();
        this.staging = staging;
        this.progress = progress;
    }

    /** From where values come that are not in frames. */
    void readFrom(Optional<ValueReader> reader) {
        elsewhere = reader;
    }

    /** Pieces and marks that have come, all of them in order: a stream goes on behind them. */
    long received() {
        return expected;
    }

    /** Pieces and marks that were taken. */
    long taken() {
        return taken;
    }

    /** The peer has sent so many pieces and marks on a stream, before what has come just now. */
    void sent(long pieces) {
        if (pieces > expected) {
            damaged();
        }
    }

    /** Takes a frame with a range, or the mark of a barrier. */
    void add(TensorFrame frame) throws IOException {
        if (dropped) {
            frame.close();
            return;
        }
        Optional<Arrived> judged = judged(frame);
        if (judged.isEmpty()) {
            frame.close();
            damaged();
            return;
        }
        Arrived arrived = judged.get();
        FrameHeader header = frame.header();
        expected += arrived.count();
        waiting.add(arrived);
        if (arrived.range.isPresent() && header.place() != FrameHeader.BEHIND) {
            elsewhere.orElseThrow().announced(header.sequence(), arrived.range.get());
        }
        if (!parked) {
            offer();
        }
    }

    /**
     * A frame was damaged on the way, or is missing.
     *
     * @throws IllegalArgumentException if that happened too often in a row
     */
    void damaged() {
        tally.corrupt.increment();
        damaged++;
        if (damaged > MOST_DAMAGED) {
            throw new IllegalArgumentException(
                    "it sent "
                            + damaged
                            + " frames in a row on track "
                            + track
                            + " that were"
                            + " damaged on the way. Look at the network, and at both machines'"
                            + " memory");
        }
        receiver.trouble(new Trouble.Corrupt(peer, track));
        progress.damaged();
    }

    /** Values that were on their way can be read now. */
    void valuesCame() throws IOException {
        if (awaited) {
            offer();
        }
    }

    /** Offers what waits, until there is nothing more or no room. */
    void offer() throws IOException {
        parked = false;
        awaited = false;
        while (!parked && !waiting.isEmpty()) {
            Arrived head = waiting.element();
            if (head.range.isEmpty()) {
                taken++;
                damaged = 0;
                progress.barrier();
            } else if (isHere(head)) {
                offer(head, head.range.get());
            } else {
                awaited = true;
                parked = true;
            }
            if (!parked && !waiting.isEmpty()) {
                waiting.remove().frame.close();
            }
        }
        if (taken - told >= Math.max(1, windowPieces() / 4)) {
            told = taken;
            progress.taken(taken);
        }
    }

    /** The peer is lost: what waits is of no use. */
    void drop() throws IOException {
        dropped = true;
        for (Arrived of : waiting) {
            of.frame.close();
        }
        waiting.clear();
        if (elsewhere.isPresent()) {
            elsewhere.get().close();
            elsewhere = Optional.empty();
        }
    }

    /**
     * What a frame is; empty if it, or one before it, was damaged on the way. Of values behind the
     * header that shows only when they are read.
     */
    private Optional<Arrived> judged(TensorFrame frame) throws IOException {
        try {
            FrameHeader header = frame.header();
            boolean valuesFollow =
                    header.kind() != Frames.BARRIER && header.place() == FrameHeader.BEHIND;
            if (!valuesFollow && !frame.sound(NOTHING)) {
                return Optional.empty();
            }
            if (header.sequence() > expected) {
                return Optional.empty(); // what was before it is missing
            }
            check(header.sequence() == expected, "piece " + header.sequence(), expected);
            Optional<RangeHeader> range =
                    header.kind() == Frames.BARRIER
                            ? Optional.empty()
                            : Optional.of(checked(frame, Frames.range(header)));
            Arrived arrived = new Arrived(frame, range);
            long held = expected + arrived.count() - taken;
            check(held <= windowPieces(), held + " pieces", windowPieces());
            return Optional.of(arrived);
        } catch (IllegalArgumentException broken) {
            if (frame.isSound(staging)) {
                throw broken;
            }
            return Optional.empty();
        }
    }

    private RangeHeader checked(TensorFrame frame, RangeHeader range) {
        check(range.kind().track() == track, range.kind() + " here", track);
        boolean behind = frame.header().place() == FrameHeader.BEHIND;
        check(behind || reads(frame.header().place()), "values elsewhere", "values on the stream");
        long pieces = behind ? 1 : elsewhere.orElseThrow().piecesPerFrame();
        long mostBytes = pieces * Limits.CHUNK_BYTES;
        check(range.sizeBytes() <= mostBytes, range.sizeBytes() + " bytes at most", mostBytes);
        long bytesHere = behind ? range.sizeBytes() : 0;
        check(frame.valueBytes() == bytesHere, frame.valueBytes() + " bytes", bytesHere);
        return range;
    }

    private int windowPieces() {
        return elsewhere.map(ValueReader::windowPieces).orElse(streamWindowPieces);
    }

    private boolean reads(int place) {
        return elsewhere.map(reader -> reader.place() == place).orElse(false);
    }

    /** Whether all of a frame's pieces can be read. */
    private boolean isHere(Arrived head) {
        FrameHeader header = head.frame.header();
        return header.place() == FrameHeader.BEHIND
                || elsewhere.orElseThrow().has(header.sequence() + head.pieces.size() - 1);
    }

    private void check(boolean holds, Object actual, Object wanted) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "it sent " + actual + " on track " + track + ", expected " + wanted);
        }
    }

    private void offer(Arrived head, RangeHeader range) throws IOException {
        Optional<String> refusal =
                head.done == 0 ? receiver.refusal(peer, range) : Optional.empty();
        if (refusal.isPresent()) {
            if (values(head, head.pieces.get(0)).isEmpty()) {
                rewind(head); // the header is not what was sent
                return;
            }
            kept = null; // of this frame, if it was put off before
            taken += head.pieces.size();
            tally.refused.increment();
            receiver.trouble(new Trouble.Refused(peer, range, refusal.get()));
            return;
        }
        while (head.done < head.pieces.size() && !dropped) {
            RangeHeader piece = head.pieces.get(head.done);
            Optional<ByteBuffer> values = values(head, piece);
            if (values.isEmpty()) {
                rewind(head);
                return;
            }
            if (receiver.arrived(peer, piece, view(values.get())) == Receiver.Answer.LATER) {
                keep(head, values.get());
                parked = true;
                return;
            }
            tally.receivedBytes.add(piece.sizeBytes());
            kept = null;
            head.done++;
            taken++;
            damaged = 0;
        }
    }

    /** Drops a frame and all that came behind it. */
    private void rewind(Arrived head) throws IOException {
        expected = head.frame.header().sequence();
        for (Arrived of : waiting) {
            of.frame.close();
        }
        waiting.clear();
        damaged();
    }

    /** The values of a frame's next piece; empty if they are not what was sent. */
    private Optional<ByteBuffer> values(Arrived head, RangeHeader piece) throws IOException {
        if (kept != null) {
            return Optional.of(kept);
        }
        if (head.frame.header().place() != FrameHeader.BEHIND) {
            long sequence = head.frame.header().sequence() + head.done;
            elsewhere.orElseThrow().read(sequence, (int) piece.sizeBytes(), staging);
            return Optional.of(staging);
        }
        head.frame.copyValues(staging);
        return head.frame.sound(staging) ? Optional.of(staging) : Optional.empty();
    }

    private static ByteBuffer view(ByteBuffer values) {
        return values.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Frames can be read once; shared memory can be read again. */
    private void keep(Arrived head, ByteBuffer values) {
        if (kept == null && head.frame.header().place() == FrameHeader.BEHIND) {
            kept = ByteBuffer.allocateDirect(values.remaining()).put(values.duplicate()).flip();
        }
    }
}
