package shoal.model.tensor;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Require;

/**
 * Where a tensor's elements lie, little-endian.
 *
 * @param positionBytes of the first element in the file
 * @param strides elements from one index to the next, for each dimension; empty where the elements
 *     are one run, row by row
 */
public record TensorPlace(TensorInfo info, long positionBytes, List<Long> strides) {
    public TensorPlace {
        requireNonNull(info, "info");
        Require.atLeast("positionBytes", positionBytes, 0);
        strides = List.copyOf(strides);
        if (!strides.isEmpty() && strides.size() != info.shape().size()) {
            throw new IllegalArgumentException(
                    "strides are " + strides + " for the shape " + info.shape());
        }
    }

    /** Elements row by row, without gaps. */
    public TensorPlace(TensorInfo info, long positionBytes) {
        this(info, positionBytes, List.of());
    }
}
