package shoal.worker.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import shoal.wire.TensorFrame;

/** How values get to a peer. */
interface Way {
    /** Where its values are: a place of {@link shoal.wire.FrameHeader}. */
    int place();

    /** Pieces that may be sent and not taken yet. */
    int windowPieces();

    /** Pieces that one frame can stand for. */
    int piecesPerFrame();

    /**
     * Makes the frame that brings a part of a range to the peer. On return the values may lie in
     * shared memory, or are still read from the buffer until the frame is sent.
     *
     * @param sequence pieces sent before on this stream
     * @throws IOException if the values cannot be put where the peer reads them
     */
    TensorFrame frame(long sequence, RangeHeader part, ByteBuffer values) throws IOException;
}
