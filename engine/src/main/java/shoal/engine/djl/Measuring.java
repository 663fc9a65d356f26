package shoal.engine.djl;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import shoal.engine.GradientReport.BlockPlace;
import shoal.engine.Measurement;
import shoal.plan.step.TensorSquares;
import shoal.recipe.Limits;

/** A measurement on its way. From any lane, in any order. */
final class Measuring {
    private final int step;
    private final double clip;
    private final TensorSquares squares; // guarded by this
    private final float[] largest; // guarded by this
    private Optional<Place> nonFinite = Optional.empty(); // guarded by this

    private record Place(int unit, long block) {
        boolean isBefore(Place other) {
            return unit < other.unit || (unit == other.unit && block < other.block);
        }
    }

    /**
     * Nothing is measured yet.
     *
     * @param step counts from 1
     * @param clip of the update
     */
    Measuring(int tensors, int step, double clip) {
        this.squares = TensorSquares.zeros(tensors);
        this.largest = new float[tensors];
        this.step = step;
        this.clip = clip;
    }

    int step() {
        return step;
    }

    double clip() {
        return clip;
    }

    /** Takes the squared norms of the part of a tensor that lies in one block. */
    synchronized void add(int tensor, double weight, double direction) {
        squares.add(tensor, weight, direction);
    }

    /** Takes a ratio of denominators in a tensor, of which the largest counts. */
    synchronized void ratio(int tensor, float ratio) {
        largest[tensor] = Math.max(largest[tensor], ratio);
    }

    /** A block has a direction that is not finite. */
    synchronized void nonFinite(int unit, long element) {
        Place place = new Place(unit, element / Limits.BLOCK_ELEMENTS);
        if (nonFinite.isEmpty() || place.isBefore(nonFinite.get())) {
            nonFinite = Optional.of(place);
        }
    }

    /**
     * What was measured, when all of it is.
     *
     * @param ratios whether ratios of denominators are a part of it
     */
    synchronized Measurement result(Model model, boolean ratios) {
        requireNonNull(model, "model");
        return new Measurement(
                squares,
                ratios
                        ? IntStream.range(0, largest.length).mapToObj(i -> largest[i]).toList()
                        : List.of(),
                nonFinite.map(
                        place ->
                                new BlockPlace(
                                        model.table().units().get(place.unit()).name(),
                                        place.block())));
    }
}
