package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import shoal.recipe.Require;

/**
 * What a message speaks for.
 *
 * @param run the run
 * @param generation number of the run's membership, counts from 1
 */
public record Fence(RunName run, long generation) {
    public Fence {
        requireNonNull(run, "run");
        Require.atLeast("generation", generation, 1);
    }

    @Override
    public String toString() {
        return run + "/" + generation;
    }
}
