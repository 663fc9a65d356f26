package shoal.model.safetensors;

import static java.util.Objects.requireNonNull;

import shoal.model.tensor.TensorInfo;
import shoal.recipe.Require;

/**
 * One tensor of a header.
 *
 * @param begin first byte, counted from the first byte after the header
 * @param end one past the last byte
 */
record HeaderEntry(TensorInfo info, long begin, long end) {
    HeaderEntry {
        requireNonNull(info, "info");
        Require.atLeast("begin", begin, 0);
        Require.atLeast("end", end, begin);
    }
}
