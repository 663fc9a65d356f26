package shoal.recipe;

/**
 * How rows are grouped (design section 2).
 *
 * @param ranks logical ranks R
 * @param trainRowsPerDevice HF's per_device_train_batch_size
 * @param evaluationRowsPerDevice HF's per_device_eval_batch_size
 * @param accumulation HF's gradient_accumulation_steps A
 * @param slices slices S of a micro-batch; a leaf of the arithmetic, never taken from the machine
 * @param dropLast HF's dataloader_drop_last
 */
public record BatchRecipe(
        int ranks,
        int trainRowsPerDevice,
        int evaluationRowsPerDevice,
        int accumulation,
        int slices,
        boolean dropLast) {
    public BatchRecipe {
        Require.range("ranks", ranks, 1, Limits.RANKS);
        Require.atLeast("trainRowsPerDevice", trainRowsPerDevice, 1);
        Require.atLeast("evaluationRowsPerDevice", evaluationRowsPerDevice, 1);
        Require.atLeast("accumulation", accumulation, 1);
        Require.range("slices", slices, 1, Limits.SLICES);
        long rows = rowsPerStep(ranks, trainRowsPerDevice, accumulation);
        if (rows > Limits.STEP_ROWS) {
            throw new IllegalArgumentException(
                    "a step has " + rows + " rows, expected at most " + Limits.STEP_ROWS);
        }
    }

    /** The global batch; {@code Long.MAX_VALUE} if there are more rows than that. */
    public static long rowsPerStep(int ranks, int trainRowsPerDevice, int accumulation) {
        long perRound = (long) ranks * trainRowsPerDevice;
        return perRound > Long.MAX_VALUE / accumulation ? Long.MAX_VALUE : perRound * accumulation;
    }

    /** The default slice count: max(1, min(8, rows / 4)). */
    public static int defaultSlices(int trainRowsPerDevice) {
        return Math.max(1, Math.min(8, trainRowsPerDevice / 4));
    }
}
