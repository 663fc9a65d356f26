package shoal.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Require;

/**
 * One named tensor and its place in its unit.
 *
 * @param name HF's name, "transformer.h.0.attn.c_attn.weight"
 * @param unit index of the unit
 * @param offsetElements first element within the unit's buffer, a multiple of 16 (64 bytes)
 * @param shape row-major, as in HF's file (Conv1D weights are [in, out])
 * @param decayed whether weight decay applies: all but biases and LayerNorms
 */
public record Parameter(
        String name, int unit, long offsetElements, List<Integer> shape, boolean decayed) {
    public Parameter {
        requireNonNull(name, "name");
        Require.atLeast("unit", unit, 0);
        Require.atLeast("offsetElements", offsetElements, 0);
        shape = List.copyOf(shape);
    }

    /** Elements, without padding. */
    public long sizeElements() {
        long size = 1;
        for (int dimension : shape) {
            size = Math.multiplyExact(size, (long) dimension);
        }
        return size;
    }
}
