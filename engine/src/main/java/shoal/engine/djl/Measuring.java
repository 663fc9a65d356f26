package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.Measurement;
import shoal.plan.step.TensorSquares;
import shoal.recipe.Limits;

/** A measurement on its way. From any lane, in any order. */
final class Measuring {
    private final double clip;
    private final TensorSquares squares; // guarded by this
    private Optional<Place> nonFinite = Optional.empty(); // guarded by this

    private record Place(int unit, long block) {
        boolean isBefore(Place other) {
            return unit < other.unit || (unit == other.unit && block < other.block);
        }
    }

    /**
     * Nothing is measured yet.
     *
     * @param clip of the update
     */
    Measuring(int tensors, double clip) {
        this.squares = TensorSquares.zeros(tensors);
        this.clip = clip;
    }

    double clip() {
        return clip;
    }

    /** Takes the squared norms of the part of a tensor that lies in one block. */
    synchronized void add(int tensor, double weight, double direction) {
        squares.add(tensor, weight, direction);
    }

    /** A block has a direction that is not finite. */
    synchronized void nonFinite(int unit, long element) {
        Place place = new Place(unit, element / Limits.BLOCK_ELEMENTS);
        if (nonFinite.isEmpty() || place.isBefore(nonFinite.get())) {
            nonFinite = Optional.of(place);
        }
    }

    /** What was measured, when all of it is. */
    synchronized Measurement result(Model model) {
        requireNonNull(model, "model");
        return new Measurement(
                squares,
                nonFinite.map(
                        place ->
                                new BlockPlace(
                                        model.table().units().get(place.unit()).name(),
                                        place.block())));
    }
}
