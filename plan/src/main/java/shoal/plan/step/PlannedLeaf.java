package shoal.plan.step;

import shoal.recipe.Require;

/**
 * A leaf of a step before its rows are read.
 *
 * @param rank logical rank
 * @param round index of the micro-batch within the step and rank
 * @param slice index within the micro-batch
 * @param rows row numbers, longest row first; never empty, not copied, not changed
 * @param weight what each row's loss counts in the step's loss
 * @param cost by {@link Deal}'s measure
 */
@SuppressWarnings("ArrayRecordComponent") // made once per step and handed over
public record PlannedLeaf(int rank, int round, int slice, int[] rows, double weight, long cost) {
    public PlannedLeaf {
        Require.atLeast("rank", rank, 0);
        Require.atLeast("round", round, 0);
        Require.atLeast("slice", slice, 0);
        Require.atLeast("rows.length", rows.length, 1);
        Require.range("weight", weight, Double.MIN_VALUE, 1);
        Require.atLeast("cost", cost, 1);
    }
}
