package shoal.engine;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.recipe.Require;

/**
 * What is known of a step's reduced gradient, which stays in the engine until the update.
 *
 * @param loss sum of weight x loss over the rows, added in row-number order
 * @param squaredNorm exact sum of the blocks' squared norms, rounded once
 * @param tokens tokens computed
 * @param nonFinite the first block whose squared norm is not finite
 */
public record GradientReport(
        double loss, double squaredNorm, int tokens, Optional<BlockPlace> nonFinite) {
    /** A block, in words: unit name and index within the unit. */
    public record BlockPlace(String unit, long block) {
        public BlockPlace {
            requireNonNull(unit, "unit");
            Require.atLeast("block", block, 0);
        }
    }

    public GradientReport {
        requireNonNull(nonFinite, "nonFinite");
    }
}
