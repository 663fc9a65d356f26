package shoal.worker.exchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the values of one peer's frames that are not in the frames. Of the network thread. */
interface ValueReader extends Closeable {
    /** What the frames call it: a place of {@link shoal.wire.FrameHeader}. */
    int place();

    /** Pieces that the peer may have sent and that are not taken yet. */
    int windowPieces();

    /** Pieces that one frame can stand for. */
    int piecesPerFrame();

    /**
     * A frame has come; told once for each, in order.
     *
     * @param sequence of its first piece
     * @param range all of its pieces
     */
    void announced(long sequence, RangeHeader range);

    /** Whether a piece can be read; if not, {@link Inbox#valuesCame} is called once it can. */
    boolean has(long sequence);

    /**
     * Fills the target, from its start, with a piece; it then is ready to be read.
     *
     * @throws IOException if it cannot be read and never will be
     */
    void read(long sequence, int sizeBytes, ByteBuffer target) throws IOException;
}
