package shoal.model.tensor;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Type and shape of one tensor.
 *
 * @param shape row-major; empty for a single number
 */
public record TensorInfo(ElementType type, List<Long> shape) {
    public TensorInfo {
        requireNonNull(type, "type");
        shape = List.copyOf(shape);
    }

    /**
     * Elements, exact.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public long sizeElements() {
        return product(shape);
    }

    /** The product of dimensions; zero if any is zero, whatever the others are. */
    public static long product(List<Long> shape) {
        if (shape.contains(0L)) {
            return 0;
        }
        long size = 1;
        for (long dimension : shape) {
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    /**
     * Elements from the first to the last one, both counted, where each dimension has a stride.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public long spanElements(List<Long> strides) {
        if (shape.contains(0L)) {
            return 0;
        }
        long span = 1;
        for (int i = 0; i < strides.size(); i++) {
            long steps = shape.get(i) - 1;
            span = Math.addExact(span, Math.multiplyExact(steps, (long) strides.get(i)));
        }
        return span;
    }
}
