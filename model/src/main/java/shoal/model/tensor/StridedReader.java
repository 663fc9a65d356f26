package shoal.model.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * Reads a tensor whose elements are not one run, row by row, such as a transposed matrix:
 * converters of other frameworks save those. The tensor's bytes are mapped while a range of it is
 * read.
 */
final class StridedReader {
    private final ByteBuffer mapped;
    private final ElementType type;
    private final long[] shape;
    private final long[] strides;

    private StridedReader(ByteBuffer mapped, TensorPlace place) {
        this.mapped = mapped.order(ByteOrder.LITTLE_ENDIAN);
        this.type = place.info().type();
        this.shape = place.info().shape().stream().mapToLong(Long::longValue).toArray();
        this.strides = place.strides().stream().mapToLong(Long::longValue).toArray();
    }

    static StridedReader open(FileChannel channel, TensorPlace place) throws IOException {
        long bytes = place.info().spanElements(place.strides()) * place.info().type().sizeBytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new IOException(
                    "a tensor of "
                            + bytes
                            + " bytes is not stored row by row; save it again after .contiguous()");
        }
        return new StridedReader(
                channel.map(MapMode.READ_ONLY, place.positionBytes(), bytes), place);
    }

    /** Fills values with fp32 from an element, counted row by row. */
    void read(long offsetElements, ByteBuffer values) {
        ByteBuffer wide = values.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long[] index = index(offsetElements);
        while (wide.hasRemaining()) {
            wide.putFloat(element(index));
            advance(index);
        }
        values.position(values.limit());
    }

    private long[] index(long offsetElements) {
        long[] index = new long[shape.length];
        long rest = offsetElements;
        for (int i = shape.length - 1; i >= 0; i--) {
            index[i] = rest % shape[i];
            rest /= shape[i];
        }
        return index;
    }

    private void advance(long[] index) {
        for (int i = shape.length - 1; i >= 0 && ++index[i] == shape[i]; i--) {
            index[i] = 0;
        }
    }

    private float element(long[] index) {
        long element = 0;
        for (int i = 0; i < strides.length; i++) {
            element += index[i] * strides[i];
        }
        int at = (int) element * type.sizeBytes();
        return SinglePrecision.of(type, mapped, at);
    }
}
