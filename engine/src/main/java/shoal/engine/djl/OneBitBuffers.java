package shoal.engine.djl;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shoal.engine.ElementRange;
import shoal.engine.Holding;

/**
 * What compression keeps, by unit: of each rank that is kept here, and of the blocks that are
 * owned.
 *
 * @param gradients of ranks; their next errors once compressed
 * @param workerErrors what compression of ranks left out
 * @param nextServerErrors what it leaves out of means
 * @param serverErrors what it left out of means
 */
record OneBitBuffers(
        Map<Integer, List<RangeBuffer>> gradients,
        Map<Integer, List<RangeBuffer>> workerErrors,
        List<RangeBuffer> nextServerErrors,
        List<RangeBuffer> serverErrors) {
    /** Zeros. On a lane. */
    static OneBitBuffers zeros(Kernel kernel, Model model) {
        Map<Integer, List<RangeBuffer>> gradients = new TreeMap<>();
        Map<Integer, List<RangeBuffer>> errors = new TreeMap<>();
        List<ElementRange> whole = model.table().units().stream().map(Holding::whole).toList();
        for (int rank : model.holding().ranks()) {
            gradients.put(rank, zeros(kernel, whole));
            errors.put(rank, zeros(kernel, whole));
        }
        List<ElementRange> owned = model.holding().owned();
        return new OneBitBuffers(gradients, errors, zeros(kernel, owned), zeros(kernel, owned));
    }

    private static List<RangeBuffer> zeros(Kernel kernel, List<ElementRange> ranges) {
        return ranges.stream().map(range -> RangeBuffer.zeros(kernel, range)).toList();
    }

    /** What will be left out is what was. */
    OneBitBuffers swapped() {
        return new OneBitBuffers(workerErrors, gradients, serverErrors, nextServerErrors);
    }

    static void zero(RangeBuffer buffer) {
        FloatBuffer floats = floats(buffer);
        float[] zeros = new float[OneBitBlock.ELEMENTS];
        for (int at = 0; at < floats.capacity(); at += zeros.length) {
            floats.put(at, zeros);
        }
    }

    static FloatBuffer floats(RangeBuffer buffer) {
        return buffer.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    void close() {
        gradients.values().forEach(units -> units.forEach(RangeBuffer::close));
        workerErrors.values().forEach(units -> units.forEach(RangeBuffer::close));
        nextServerErrors.forEach(RangeBuffer::close);
        serverErrors.forEach(RangeBuffer::close);
    }
}
