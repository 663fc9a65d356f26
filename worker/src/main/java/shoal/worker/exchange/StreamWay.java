package shoal.worker.exchange;

import java.nio.ByteBuffer;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/** Values behind their header, on the stream itself; checked by a checksum. */
record StreamWay(Frames frames, int windowPieces) implements Way {
    @Override
    public int place() {
        return FrameHeader.BEHIND;
    }

    @Override
    public int piecesPerFrame() {
        return 1;
    }

    @Override
    public TensorFrame frame(long sequence, RangeHeader part, ByteBuffer values) {
        return TensorFrame.toSend(frames.header(part, FrameHeader.BEHIND, sequence), values);
    }
}
