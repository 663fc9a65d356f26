package shoal.worker.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import shoal.worker.stop.StopSignal;

/**
 * What one worker sends another on one track.
 *
 * <p>A piece is sent while fewer than the window's pieces are not taken yet and the stream is
 * ready. Senders take turns, frame by frame.
 */
final class Outbox {
    private final int peer;
    private final Frames frames;
    private final Tally tally;

    // All guarded by this.
    private @Nullable Opened opened;
    private Turn turn = new Turn(0, 0);
    private boolean busy;
    private long sent;
    private long taken;
    private @Nullable String lost;

    /** The open stream and how values get over. */
    private record Opened(Pipe pipe, Way way) {}

    /** The pieces that one sender may send now. */
    private record Turn(long sequence, int pieces) {}

    Outbox(int peer, Shared shared) {
        this.peer = peer;
        this.frames = shared.frames();
        this.tally = shared.tally();
    }

    /** The stream is open and its values go this way. */
    synchronized void open(Pipe pipe, Way way) {
        opened = new Opened(pipe, way);
        notifyAll();
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
        Turn mine = await(0, stop);
        try {
            stream().pipe().send(frames.control(Frames.BARRIER, mine.sequence()));
        } finally {
            end();
        }
    }

    /** The stream is ready for more. */
    synchronized void ready() {
        notifyAll();
    }

    /**
     * The peer has taken so many pieces in all.
     *
     * @throws IllegalArgumentException if it cannot have
     */
    synchronized void taken(long pieces) {
        if (pieces < taken || pieces > sent) {
            throw new IllegalArgumentException(
                    pieces + " pieces are said to be taken of " + sent + " sent");
        }
        taken = pieces;
        notifyAll();
    }

    synchronized void lose(String reason) {
        if (lost == null) {
            lost = reason;
        }
        notifyAll();
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
        if (opened == null || busy) {
            return false;
        }
        long room = opened.way().windowPieces() - (sent - taken);
        if (pieces > 0 && (room == 0 || !opened.pipe().isReady())) {
            return false;
        }
        int most = (int) Math.min(room, opened.way().piecesPerFrame());
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
            stream().pipe().send(stream().way().frame(mine.sequence(), part, values));
        } catch (IOException e) {
            throw new UncheckedIOException("values for worker " + peer + " cannot be sent", e);
        }
        tally.sentBytes.add(part.sizeBytes());
    }

    private synchronized Opened stream() {
        if (opened == null) {
            throw new IllegalStateException("the stream to worker " + peer + " is not open");
        }
        return opened;
    }

    /** Pieces of so many elements; values that are none are a piece, too. */
    private static int pieces(int elements) {
        return Math.max(
                1, (elements + RangeHeader.PIECE_ELEMENTS - 1) / RangeHeader.PIECE_ELEMENTS);
    }
}
