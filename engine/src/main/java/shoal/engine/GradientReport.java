package shoal.engine;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.recipe.Require;

/**
 * What is known of a step's reduced gradient, which stays in the engine until the update.
 *
 * @param part losses and tokens of all the step's rows
 * @param squaredNorm exact sum of the blocks' squared norms, rounded once; NaN with {@code
 *     nonFinite}
 * @param nonFinite the first block whose squared norm is not finite
 */
public record GradientReport(PartReport part, double squaredNorm, Optional<BlockPlace> nonFinite) {
    /** A block, in words: unit name and index within the unit. */
    public record BlockPlace(String unit, long block) {
        public BlockPlace {
            requireNonNull(unit, "unit");
            Require.atLeast("block", block, 0);
        }
    }

    public GradientReport {
        requireNonNull(part, "part");
        requireNonNull(nonFinite, "nonFinite");
    }

    /** The step's loss: added in row-number order, so that neither slices nor ranks matter. */
    public double loss() {
        return part.losses().stream().reduce(0.0, (sum, row) -> sum + row.term(), Double::sum);
    }
}
