package shoal.worker.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import shoal.wire.TensorFrame;
import shoal.worker.stop.StopSignal;

/**
 * What one worker sends another on one track.
 *
 * <p>A piece is sent while fewer than the window's pieces are not taken yet and the stream is
 * ready. Senders take turns, frame by frame.
 *
 * <p>Every frame is kept until the peer says that it was taken, and sent again on the next stream
 * when the one that carried it was cut. Its values are kept where its {@link Way} has put them, in
 * the slot of the window that is not used again before that; so {@link #send} leaves the caller's
 * values alone once it returns, and nothing is kept beyond the window.
 */
final class Outbox {
    private final int peer;
    private final Frames frames;
    private final Tally tally;

    // All guarded by this.
    private @Nullable Way way;
    private @Nullable Pipe pipe; // null: none yet, or it was cut
    private final ArrayDeque<Sent> kept = new ArrayDeque<>();
    private Turn turn = new Turn(0, 0);
    private boolean busy;
    private long sent;
    private long taken;
    private @Nullable String lost;

    /** The pieces that one sender may send now. */
    private record Turn(long sequence, int pieces) {}

    /** A frame that is not known to be taken. */
    private record Sent(Turn turn, TensorFrame frame) {
        long begin() {
            return turn.sequence();
        }

        long end() {
            return turn.sequence() + turn.pieces();
        }
    }

    Outbox(int peer, Shared shared) {
        this.peer = peer;
        this.frames = shared.frames();
        this.tally = shared.tally();
    }

    /** Values go this way from now on. */
    synchronized void open(Way agreed) {
        way = agreed;
        notifyAll();
    }

    /**
     * A stream is there: sends again on it what the peer has not received, then goes on.
     *
     * @param received pieces and marks that it has
     * @throws IllegalArgumentException if it cannot have so many
     */
    synchronized void resume(Pipe next, long received) {
        long handed = kept.isEmpty() ? taken : kept.getLast().end();
        boolean within = received >= taken && received <= handed;
        if (!within || kept.stream().anyMatch(of -> of.begin() < received && received < of.end())) {
            throw new IllegalArgumentException(
                    "it has received " + received + " pieces, of " + taken + " to " + handed);
        }
        for (Sent of : kept) {
            if (of.begin() >= received) {
                next.send(of.frame());
                tally.resent.increment();
            }
        }
        // Whoever has a turn now hands its frame either to the old stream and to us, or to this.
        pipe = next;
        notifyAll();
    }

    /** The stream was cut: senders wait for the next one. */
    synchronized void cut() {
        pipe = null;
    }

    void send(RangeHeader range, ByteBuffer values, StopSignal stop) {
        int done = 0;
        do {
            stop.throwIfRaised();
            Turn mine = await(pieces(range.elements() - done), stop);
            int length =
                    Math.min(range.elements() - done, mine.pieces() * RangeHeader.PIECE_ELEMENTS);
            RangeHeader part = length == range.elements() ? range : range.piece(done, length);
            int start = values.position() + done * Float.BYTES;
            try {
                send(mine, part, values.slice(start, length * Float.BYTES));
            } finally {
                end();
            }
            done += length;
        } while (done < range.elements());
    }

    /** Sends the mark of a barrier, behind all that was sent. */
    void sendBarrier(StopSignal stop) {
        Turn mine = await(1, stop);
        try {
            hand(mine, frames.control(Frames.BARRIER, mine.sequence()));
        } finally {
            end();
        }
    }

    /** The stream is ready for more. */
    synchronized void ready() {
        notifyAll();
    }

    /**
     * The peer has taken so many pieces and marks in all.
     *
     * @throws IllegalArgumentException if it cannot have
     */
    synchronized void taken(long pieces) {
        if (pieces < taken || pieces > sent) {
            throw new IllegalArgumentException(
                    pieces + " pieces are said to be taken of " + sent + " sent");
        }
        taken = pieces;
        while (!kept.isEmpty() && kept.getFirst().end() <= taken) {
            kept.removeFirst();
        }
        notifyAll();
    }

    synchronized void lose(String reason) {
        if (lost == null) {
            lost = reason;
        }
        kept.clear();
        notifyAll();
    }

    /** Pieces and marks that are on the stream, all of them: a frame sent now comes behind. */
    synchronized long sent() {
        return busy ? turn.sequence() : sent;
    }

    private Turn await(int pieces, StopSignal stop) {
        stop.await(this, () -> take(pieces));
        synchronized (this) {
            return turn;
        }
    }

    /** Takes the turn for up to so many pieces, if it is free and there is room. */
    private boolean take(int pieces) {
        if (lost != null) {
            throw new PeerLostException(peer, lost);
        }
        if (way == null || pipe == null || busy) {
            return false;
        }
        long room = way.windowPieces() - (sent - taken);
        if (room == 0 || !pipe.isReady()) {
            return false;
        }
        int most = (int) Math.min(room, way.piecesPerFrame());
        turn = new Turn(sent, Math.min(pieces, most));
        sent += turn.pieces();
        busy = true;
        return true;
    }

    private synchronized void end() {
        busy = false;
        notifyAll();
    }

    private void send(Turn mine, RangeHeader part, ByteBuffer values) {
        try {
            hand(mine, way().frame(mine.sequence(), part, values));
        } catch (IOException e) {
            throw new UncheckedIOException("values for worker " + peer + " cannot be sent", e);
        }
        tally.sentBytes.add(part.sizeBytes());
    }

    /** Keeps a frame and sends it; if the stream is cut meanwhile, the next one carries it. */
    private void hand(Turn mine, TensorFrame frame) {
        Pipe now;
        synchronized (this) {
            if (lost == null) {
                kept.add(new Sent(mine, frame));
            }
            now = pipe;
        }
        if (now != null) {
            now.send(frame);
        }
    }

    private synchronized Way way() {
        if (way == null) {
            throw new IllegalStateException("the stream to worker " + peer + " is not open");
        }
        return way;
    }

    /** Pieces of so many elements; values that are none are a piece, too. */
    private static int pieces(int elements) {
        return Math.max(
                1, (elements + RangeHeader.PIECE_ELEMENTS - 1) / RangeHeader.PIECE_ELEMENTS);
    }
}
