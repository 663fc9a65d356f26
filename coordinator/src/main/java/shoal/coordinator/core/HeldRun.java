package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * The run a worker process holds in memory.
 *
 * @param fence what it holds it for
 * @param position how far it is
 */
public record HeldRun(Fence fence, Position position) {
    /**
     * How far a worker is.
     *
     * @param appliedStep parameters are at this step's end; 0 = initial weights
     * @param reducedStep the whole gradient of this step is held; 0 = none
     */
    public record Position(int appliedStep, int reducedStep) {
        public Position {
            Require.atLeast("appliedStep", appliedStep, 0);
            Require.atLeast("reducedStep", reducedStep, 0);
        }
    }

    public HeldRun {
        requireNonNull(fence, "fence");
        requireNonNull(position, "position");
    }
}
