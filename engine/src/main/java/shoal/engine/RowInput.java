package shoal.engine;

import shoal.recipe.Require;

/**
 * One row as the kernel reads it.
 *
 * @param row its number in the data file: the key of its dropout masks
 * @param ids token ids without padding, at least one; not copied, not changed
 * @param label its class
 * @param weight what its loss counts in the step's loss (design section 2, row weights)
 */
@SuppressWarnings("ArrayRecordComponent") // ids are shared with the token table; copying costs
public record RowInput(int row, int[] ids, int label, double weight) {
    public RowInput {
        Require.atLeast("row", row, 0);
        Require.atLeast("ids.length", ids.length, 1);
        Require.atLeast("label", label, 0);
    }
}
