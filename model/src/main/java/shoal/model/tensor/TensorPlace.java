package shoal.model.tensor;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * Where a tensor's elements lie: one run of bytes, row-major and little-endian.
 *
 * @param positionBytes of the first element in the file
 */
public record TensorPlace(TensorInfo info, long positionBytes) {
    public TensorPlace {
        requireNonNull(info, "info");
        Require.atLeast("positionBytes", positionBytes, 0);
    }
}
