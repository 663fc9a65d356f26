package shoal.wire;

import io.grpc.Detachable;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import shoal.recipe.Limits;

/**
 * Carries tensor frames in gRPC messages without protobuf, which would copy the values once more
 * and cost twice the processor time.
 *
 * <p>Out: the values go straight into the network buffers; those that are not in an array, over a
 * scratch array that stays in the processor's cache (gRPC takes nothing but arrays). In: the
 * message's own buffers are kept and shown.
 */
public final class TensorFrameMarshaller implements Marshaller<TensorFrame> {
    /** The largest message: a header and the values of one piece. */
    public static final int MESSAGE_BYTES = FrameHeader.SIZE_BYTES + Limits.CHUNK_BYTES;

    private static final int SCRATCH_BYTES = 16 << 10;

    @Override
    public InputStream stream(TensorFrame frame) {
        return new Outgoing(frame);
    }

    /** What is no frame becomes one that says so: gRPC has no answer to an exception here. */
    @Override
    public TensorFrame parse(InputStream message) {
        try {
            byte[] header = message.readNBytes(FrameHeader.SIZE_BYTES);
            if (header.length < FrameHeader.SIZE_BYTES) {
                return TensorFrame.malformed(header.length + " bytes, less than a header");
            }
            int valueBytes = message.available(); // known to the byte, see KnownLength
            InputStream values =
                    message instanceof Detachable detachable
                            ? detachable.detach()
                            : new ByteArrayInputStream(message.readAllBytes());
            return TensorFrame.arrived(header, valueBytes, values);
        } catch (IOException e) {
            return TensorFrame.malformed("bytes that cannot be read: " + e);
        }
    }

    /** A frame as the stream that gRPC drains once. */
    private static final class Outgoing extends InputStream implements KnownLength, Drainable {
        private final TensorFrame frame;
        private boolean drained;

        Outgoing(TensorFrame frame) {
            this.frame = frame;
        }

        @Override
        public int available() {
            return drained ? 0 : FrameHeader.SIZE_BYTES + frame.valueBytes();
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("a tensor frame is drained, not read");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return read();
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            drained = true;
            target.write(frame.headerBytes());
            ByteBuffer values = frame.outgoing();
            if (values.hasArray()) {
                int start = values.arrayOffset() + values.position();
                target.write(values.array(), start, values.remaining());
            } else {
                drain(values, target);
            }
            return FrameHeader.SIZE_BYTES + frame.valueBytes();
        }

        private static void drain(ByteBuffer values, OutputStream target) throws IOException {
            byte[] scratch = new byte[Math.min(SCRATCH_BYTES, values.remaining())];
            while (values.hasRemaining()) {
                int length = Math.min(scratch.length, values.remaining());
                values.get(scratch, 0, length);
                target.write(scratch, 0, length);
            }
        }
    }
}
