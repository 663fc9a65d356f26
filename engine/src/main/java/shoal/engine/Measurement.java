package shoal.engine;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.plan.step.TensorSquares;

/**
 * How long weights and the directions of an update are.
 *
 * @param squares of the blocks that are owned here
 * @param nonFinite a block whose direction is not finite, the first one there is
 */
public record Measurement(TensorSquares squares, Optional<GradientReport.BlockPlace> nonFinite) {
    public Measurement {
        requireNonNull(squares, "squares");
        requireNonNull(nonFinite, "nonFinite");
    }
}
