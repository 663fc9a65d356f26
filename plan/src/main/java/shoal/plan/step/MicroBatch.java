package shoal.plan.step;

import shoal.recipe.Require;

/**
 * The rows that one rank computes together: a batch of HF's data loader.
 *
 * @param rank logical rank
 * @param round index within the step and rank, from 0
 * @param rows row numbers in the order of the epoch; not copied, not changed
 * @param weight what each row's loss counts in the step's loss
 */
@SuppressWarnings("ArrayRecordComponent") // made once per step and handed over
public record MicroBatch(int rank, int round, int[] rows, double weight) {
    public MicroBatch {
        Require.atLeast("rank", rank, 0);
        Require.atLeast("round", round, 0);
        Require.atLeast("rows.length", rows.length, 1);
        Require.range("weight", weight, Double.MIN_VALUE, 1);
    }
}
