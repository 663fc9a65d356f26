package shoal.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import shoal.recipe.Require;

/**
 * What stands before the values of a {@link TensorFrame}: 64 bytes, little-endian.
 *
 * <pre>
 *    0  u8   format, 2
 *    1  u8   kind: what the frame is
 *    2  u8   place of the values: 0 = behind this header, 1 = in the sender's shared
 *             memory, 2 = on their way through NCCL
 *    3  u8   0
 *    4  u32  CRC32C of bytes 0 to 3, of bytes 8 to 63 and of the values behind them
 *    8  u64  run: the first 8 bytes of the SHA-256 of its name
 *   16  u64  generation
 *   24  u32  step
 *   28  u32  version of the parameters
 *   32  u32  unit
 *   36  u32  elements: 32-bit words of values
 *   40  u64  offset of the first element in its unit; of a heartbeat: pieces and marks taken
 *             of the other direction
 *   48  u32  node of the reduction tree: first leaf
 *   52  u32  end of its leaves; 0 = no node
 *   56  u64  sequence: pieces and marks of barriers sent before in this direction of the
 *             track, whatever streams carried them; or taken of the other direction
 * </pre>
 *
 * <p>What the numbers mean, and which are allowed, is for the two ends to check: nothing is
 * allocated here for any of them.
 */
public record FrameHeader(
        int kind,
        int place,
        long run,
        long generation,
        int step,
        int version,
        int unit,
        int elements,
        long offsetElements,
        int nodeFrom,
        int nodeTo,
        long sequence) {
    /** Length of every header. */
    public static final int SIZE_BYTES = 64;

    /** Values of {@code place}. */
    public static final int BEHIND = 0;

    /** See {@link #BEHIND}. */
    public static final int IN_MEMORY = 1;

    /** See {@link #BEHIND}. */
    public static final int THROUGH_NCCL = 2;

    private static final int FORMAT = 2;
    private static final int CHECKSUM_AT = 4;
    private static final int CHECKED_FROM = 8;

    public FrameHeader {
        Require.range("kind", kind, 0, 255);
        Require.range("place", place, BEHIND, THROUGH_NCCL);
    }

    /** The header's bytes, with the checksum of itself and of the values. */
    byte[] encode(ByteBuffer values) {
        byte[] bytes = new byte[SIZE_BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) FORMAT).put((byte) kind).put((byte) place).put((byte) 0).putInt(0);
        out.putLong(run).putLong(generation);
        out.putInt(step).putInt(version).putInt(unit).putInt(elements).putLong(offsetElements);
        out.putInt(nodeFrom).putInt(nodeTo).putLong(sequence);
        return out.putInt(CHECKSUM_AT, checksum(bytes, values)).array();
    }

    /**
     * Reads what {@link #encode} wrote; the checksum is not checked here.
     *
     * @throws IllegalArgumentException if the bytes are no header of this format
     */
    static FrameHeader decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.get() != FORMAT) {
            throw new IllegalArgumentException(
                    "it sent a frame of format " + bytes[0] + ", expected " + FORMAT);
        }
        int kind = Byte.toUnsignedInt(in.get());
        int place = in.get();
        in.position(CHECKED_FROM);
        return new FrameHeader(
                kind,
                place,
                in.getLong(),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getInt(),
                in.getInt(),
                in.getLong(),
                in.getInt(),
                in.getInt(),
                in.getLong());
    }

    /** Whether the checksum in a header's bytes is that of the header and the values. */
    static boolean sound(byte[] bytes, ByteBuffer values) {
        int said = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(CHECKSUM_AT);
        return said == checksum(bytes, values);
    }

    private static int checksum(byte[] bytes, ByteBuffer values) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, CHECKSUM_AT);
        checksum.update(bytes, CHECKED_FROM, SIZE_BYTES - CHECKED_FROM);
        checksum.update(values.duplicate());
        return (int) checksum.getValue();
    }
}
