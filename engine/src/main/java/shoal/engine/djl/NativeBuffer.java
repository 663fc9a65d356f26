package shoal.engine.djl;

import ai.djl.pytorch.engine.PtNDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import shoal.recipe.Require;

/**
 * A flat fp32 tensor that Java reads and writes in place.
 *
 * <p>libtorch allocates it (64-byte aligned, outside the heap and outside MaxDirectMemorySize);
 * Java sees the same bytes. Views must not be used after {@link #close}.
 */
final class NativeBuffer implements AutoCloseable {
    /** A Java buffer counts bytes in an int. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

    private final PtNDArray tensor;
    private final ByteBuffer bytes;
    private final int elements;

    private NativeBuffer(PtNDArray tensor, int elements) {
        this.tensor = tensor;
        this.elements = elements;
        this.bytes = tensor.toByteBuffer(true).order(ByteOrder.nativeOrder());
        if (!bytes.isDirect() || bytes.capacity() != Math.multiplyExact(elements, Float.BYTES)) {
            throw new IllegalStateException(
                    "a tensor of %d floats gave a view of %d bytes"
                            .formatted(elements, bytes.capacity()));
        }
    }

    /** A buffer of zeros; refuses sizes beyond 2 GiB. */
    static NativeBuffer zeros(Kernel kernel, long elements) {
        Require.atLeast("elements", elements, 1);
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    "a unit of %d elements, at most %d fit a buffer"
                            .formatted(elements, MOST_ELEMENTS));
        }
        return new NativeBuffer(kernel.zeros(elements), (int) elements);
    }

    PtNDArray tensor() {
        return tensor;
    }

    int elements() {
        return elements;
    }

    FloatBuffer floats() {
        return bytes.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** The same bytes, all of them. */
    ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.nativeOrder());
    }

    IntBuffer ints() {
        return bytes.duplicate().order(ByteOrder.nativeOrder()).asIntBuffer();
    }

    /** Takes all remaining little-endian values to an element offset. */
    void write(long offsetElements, ByteBuffer values) {
        range(offsetElements, values).put(values);
    }

    /** Fills the rest of {@code values} with little-endian values from an element offset. */
    void read(long offsetElements, ByteBuffer values) {
        values.put(range(offsetElements, values));
    }

    private ByteBuffer range(long offsetElements, ByteBuffer values) {
        long size = values.remaining();
        long end = Math.addExact(Math.multiplyExact(offsetElements, (long) Float.BYTES), size);
        if (size % Float.BYTES != 0 || offsetElements < 0 || end > bytes.capacity()) {
            throw new IllegalArgumentException(
                    "%d bytes at element %d are outside a buffer of %d elements"
                            .formatted(size, offsetElements, elements));
        }
        return bytes.slice((int) (end - size), (int) size);
    }

    @Override
    public void close() {
        NativeThread.require();
        tensor.close();
    }
}
