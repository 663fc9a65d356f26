package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.plan.step.ExactSum;
import shoal.recipe.Require;

/**
 * A worker's part of a step.
 *
 * @param rows of its leaves, by number
 * @param lossTerms row weight x row loss, one for each of {@code rows}
 * @param squares of the gradient's blocks that it owns, as {@link ExactSum#toBytes} has it; of a
 *     step that compresses, the norms of its ranks' gradients
 * @param tokens computed
 * @param flos of the whole step, HF's estimate; the same at every worker
 * @param nonFinite the first of its blocks whose squared norm is not finite
 * @param deal hash of who computes which leaf
 */
@SuppressWarnings("ArrayRecordComponent") // made once per message, never changed
public record StepSums(
        int[] rows,
        double[] lossTerms,
        byte[] squares,
        long tokens,
        long flos,
        Optional<BlockPlace> nonFinite,
        Hash deal) {
    /** A block, in words: "embed", "layer 3" or "head", and its index there. */
    public record BlockPlace(String unit, long block) {
        public BlockPlace {
            requireNonNull(unit, "unit");
            Require.atLeast("block", block, 0);
        }
    }

    public StepSums {
        if (rows.length != lossTerms.length) {
            throw new IllegalArgumentException(
                    rows.length
                            + " rows and "
                            + lossTerms.length
                            + " loss terms; expected one each");
        }
        if (squares.length != ExactSum.SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "squared_norm_sum has "
                            + squares.length
                            + " bytes, expected "
                            + ExactSum.SIZE_BYTES);
        }
        Require.atLeast("tokens", tokens, 0);
        Require.atLeast("flos", flos, 0);
        requireNonNull(nonFinite, "nonFinite");
        requireNonNull(deal, "deal");
    }
}
