package shoal.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Parameters that are computed, sent and stored together as one flat fp32 buffer: the embeddings,
 * one layer, or the head (design section 3).
 *
 * <p>The buffer holds the decayed tensors first, then the others, each aligned to 64 bytes, and
 * zeros up to a whole number of blocks. Gradients and both moments have the same layout.
 *
 * @param index place in the table: 0 = embed, 1..layers, layers + 1 = head
 * @param name "embed", "layer 0", "head"
 * @param decayedElements length of the decayed part, a multiple of 16
 * @param sizeElements whole length, a multiple of {@link Limits#BLOCK_ELEMENTS}
 * @param parameters in buffer order
 */
public record Unit(
        int index,
        String name,
        long decayedElements,
        long sizeElements,
        List<Parameter> parameters) {
    public Unit {
        Require.atLeast("index", index, 0);
        requireNonNull(name, "name");
        if (decayedElements % Limits.NATIVE_RANGE_ELEMENTS != 0
                || sizeElements % Limits.BLOCK_ELEMENTS != 0
                || decayedElements > sizeElements) {
            throw new IllegalArgumentException(
                    name + " has " + decayedElements + " decayed of " + sizeElements + " elements");
        }
        parameters = List.copyOf(parameters);
    }

    public long blocks() {
        return sizeElements / Limits.BLOCK_ELEMENTS;
    }
}
