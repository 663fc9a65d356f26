package shoal.plan.step;

import shoal.recipe.Require;

/**
 * Where a leaf hangs in a step's reduction tree.
 *
 * @param rank logical rank
 * @param round index of the micro-batch within the step and rank
 * @param slice index within the micro-batch
 */
public record LeafPath(int rank, int round, int slice) {
    public LeafPath {
        Require.atLeast("rank", rank, 0);
        Require.atLeast("round", round, 0);
        Require.atLeast("slice", slice, 0);
    }

    /** The index at a level: 0 the rank, 1 the round, 2 the slice. */
    int at(int level) {
        return switch (level) {
            case 0 -> rank;
            case 1 -> round;
            case 2 -> slice;
            default -> throw new IllegalArgumentException("a path has no level " + level);
        };
    }

    /** How many levels a path has. */
    static int levels() {
        return 3;
    }
}
