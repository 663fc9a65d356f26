package shoal.wire;

import static java.util.Objects.requireNonNull;

import io.grpc.HasByteBuffer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A header and the values behind it, as {@link TensorFrameMarshaller} carries them.
 *
 * <p>A frame that arrived holds network buffers until {@link #close}; its values can be read once.
 */
public final class TensorFrame implements Closeable {
    /** Of the copies from a stream that has no buffers to show. */
    private static final int SCRATCH_BYTES = 16 << 10;

    private final String problem;
    private final byte[] headerBytes;
    private final int valueBytes;
    private final ByteBuffer outgoing;
    private final InputStream incoming;

    private TensorFrame(
            String problem,
            byte[] headerBytes,
            int valueBytes,
            ByteBuffer outgoing,
            InputStream incoming) {
        this.problem = problem;
        this.headerBytes = headerBytes;
        this.valueBytes = valueBytes;
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    /**
     * A frame to send, once or several times; the values are read while it is sent and must not
     * change before.
     */
    public static TensorFrame toSend(FrameHeader header, ByteBuffer values) {
        ByteBuffer view = values.duplicate();
        return new TensorFrame(
                "",
                requireNonNull(header, "header").encode(view),
                view.remaining(),
                view,
                InputStream.nullInputStream());
    }

    /** A frame without values behind its header. */
    public static TensorFrame toSend(FrameHeader header) {
        return toSend(header, ByteBuffer.allocate(0));
    }

    static TensorFrame arrived(byte[] headerBytes, int valueBytes, InputStream values) {
        return new TensorFrame("", headerBytes, valueBytes, ByteBuffer.allocate(0), values);
    }

    /** Bytes that are no frame; the header says why. */
    static TensorFrame malformed(String why) {
        return new TensorFrame(
                why, new byte[0], 0, ByteBuffer.allocate(0), InputStream.nullInputStream());
    }

    /**
     * What the frame says of itself.
     *
     * @throws IllegalArgumentException if it is no frame
     */
    public FrameHeader header() {
        if (!problem.isEmpty()) {
            throw new IllegalArgumentException("it sent " + problem);
        }
        return FrameHeader.decode(headerBytes);
    }

    /** Length of the values behind the header. */
    public int valueBytes() {
        return valueBytes;
    }

    /**
     * Fills the target, from its start, with all values; it then is ready to be read.
     *
     * @param target with room for {@link #valueBytes}
     */
    public void copyValues(ByteBuffer target) throws IOException {
        target.clear().limit(valueBytes);
        // Messages with foreign buffers inside exist, and asking these for NIO views throws.
        if (incoming instanceof HasByteBuffer views && views.byteBufferSupported()) {
            copyViews(views, target);
        } else {
            copyBytes(target);
        }
        target.flip();
    }

    /** Whether the checksum is that of the header and these values. */
    public boolean sound(ByteBuffer values) {
        return problem.isEmpty() && FrameHeader.sound(headerBytes, values);
    }

    /**
     * Whether a frame whose values nobody has read is as it was sent, be its header any good or
     * not.
     *
     * @param scratch with room for {@link #valueBytes}
     */
    public boolean isSound(ByteBuffer scratch) throws IOException {
        copyValues(scratch);
        return sound(scratch);
    }

    @Override
    public void close() throws IOException {
        incoming.close();
    }

    byte[] headerBytes() {
        return headerBytes;
    }

    ByteBuffer outgoing() {
        return outgoing.duplicate();
    }

    private void copyViews(HasByteBuffer views, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            ByteBuffer view = views.getByteBuffer();
            if (view == null) {
                throw new EOFException(target.remaining() + " bytes of a frame are missing");
            }
            int length = Math.min(view.remaining(), target.remaining());
            target.put(view.slice(view.position(), length));
            incoming.skipNBytes(length);
        }
    }

    private void copyBytes(ByteBuffer target) throws IOException {
        byte[] scratch = new byte[SCRATCH_BYTES];
        while (target.hasRemaining()) {
            int length = incoming.read(scratch, 0, Math.min(scratch.length, target.remaining()));
            if (length < 0) {
                throw new EOFException(target.remaining() + " bytes of a frame are missing");
            }
            target.put(scratch, 0, length);
        }
    }
}
