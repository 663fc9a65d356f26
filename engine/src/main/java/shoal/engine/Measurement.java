package shoal.engine;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.plan.step.TensorSquares;

/**
 * How long weights and the directions of an update are.
 *
 * @param squares of the blocks that are owned here
 * @param largest OneBitLamb's ratio of denominators in each tensor, 0 where nothing is owned; empty
 *     of other rules and before its freeze
 * @param nonFinite a block whose direction is not finite, the first one there is
 */
public record Measurement(
        TensorSquares squares, List<Float> largest, Optional<GradientReport.BlockPlace> nonFinite) {
    public Measurement {
        requireNonNull(squares, "squares");
        largest = List.copyOf(largest);
        requireNonNull(nonFinite, "nonFinite");
    }
}
