package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import shoal.engine.ElementRange;

/** A range of a unit in a buffer of its own. Offsets are the unit's. */
final class RangeBuffer implements AutoCloseable {
    private final Kernel kernel;
    private final ElementRange range;

    /** None for an empty range. */
    private final @Nullable NativeBuffer buffer;

    private RangeBuffer(Kernel kernel, ElementRange range, @Nullable NativeBuffer buffer) {
        this.kernel = kernel;
        this.range = range;
        this.buffer = buffer;
    }

    static RangeBuffer zeros(Kernel kernel, ElementRange range) {
        kernel.countState(range.size());
        return new RangeBuffer(
                kernel, range, range.isEmpty() ? null : NativeBuffer.zeros(kernel, range.size()));
    }

    ElementRange range() {
        return range;
    }

    /** The range's elements; refused for an empty range. */
    PtNDArray tensor() {
        return required().tensor();
    }

    /** The range's bytes, little-endian. */
    ByteBuffer bytes() {
        return buffer == null
                ? ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN)
                : buffer.bytes();
    }

    /** Takes those values that lie in the range. */
    void write(long offsetElements, ByteBuffer values) {
        long end = offsetElements + values.remaining() / Float.BYTES;
        long from = Math.max(range.from(), offsetElements);
        long to = Math.min(range.to(), end);
        if (from < to) {
            int skipped = Math.toIntExact((from - offsetElements) * Float.BYTES);
            int size = Math.toIntExact((to - from) * Float.BYTES);
            ByteBuffer kept = values.slice(values.position() + skipped, size);
            required().write(from - range.from(), kept);
        }
        values.position(values.limit());
    }

    /** Fills the rest of {@code values}; what is asked for must lie in the range. */
    void read(long offsetElements, ByteBuffer values) {
        long end = offsetElements + values.remaining() / Float.BYTES;
        if (offsetElements < range.from() || end > range.to()) {
            throw new IllegalArgumentException(
                    "elements %d to %d are asked for, but %d to %d are kept here"
                            .formatted(offsetElements, end, range.from(), range.to()));
        }
        if (values.hasRemaining()) {
            required().read(offsetElements - range.from(), values);
        }
    }

    @Override
    public void close() {
        kernel.countState(-range.size());
        if (buffer != null) {
            buffer.close();
        }
    }

    private NativeBuffer required() {
        if (buffer == null) {
            throw new IllegalStateException("nothing of this unit is kept here");
        }
        return buffer;
    }
}
