package shoal.model.safetensors;

import static java.util.Objects.requireNonNull;

import shoal.model.tensor.TensorInfo;
import shoal.recipe.Require;

/**
 * Where a tensor's elements lie.
 *
 * @param begin first byte, counted from the first byte after the header
 * @param end one past the last byte
 */
record TensorPlace(TensorInfo info, long begin, long end) {
    TensorPlace {
        requireNonNull(info, "info");
        Require.atLeast("begin", begin, 0);
        Require.atLeast("end", end, begin);
    }
}
