package shoal.worker.exchange;

import java.nio.ByteBuffer;
import shoal.recipe.Limits;
import shoal.wire.FrameHeader;
import shoal.wire.TensorFrame;

/**
 * Values behind their header, on the stream itself; checked by a checksum.
 *
 * <p>They are copied once, into the slot of their piece: n modulo window, as in a {@link
 * MemoryRing}, which is free again when the piece before in it was taken. From there gRPC takes
 * them, as often as they must be sent.
 */
final class StreamWay implements Way {
    private final Frames frames;
    private final byte[][] slots; // each made when it is first used

    StreamWay(Frames frames, int windowPieces) {
        this.frames = frames;
        this.slots = new byte[windowPieces][0];
    }

    @Override
    public int place() {
        return FrameHeader.BEHIND;
    }

    @Override
    public int windowPieces() {
        return slots.length;
    }

    @Override
    public int piecesPerFrame() {
        return 1;
    }

    @Override
    public TensorFrame frame(long sequence, RangeHeader part, ByteBuffer values) {
        int slot = (int) (sequence % slots.length);
        int sizeBytes = values.remaining();
        if (slots[slot].length < sizeBytes) {
            slots[slot] = new byte[Limits.CHUNK_BYTES];
        }
        values.get(values.position(), slots[slot], 0, sizeBytes);
        return TensorFrame.toSend(
                frames.header(part, FrameHeader.BEHIND, sequence),
                ByteBuffer.wrap(slots[slot], 0, sizeBytes));
    }
}
