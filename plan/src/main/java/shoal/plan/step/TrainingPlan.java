package shoal.plan.step;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Limits;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.UserException;

/**
 * How many steps a run has and which rows each of them reads, as HF's Trainer counts them
 * (transformers 4.57.6 trainer.py: set_initial_training_values, _inner_training_loop).
 *
 * <p>Rows of an epoch are cut into batches of rows-per-device in the epoch's order. Batch i goes to
 * rank {@code i % ranks}, round {@code i / ranks} (accelerate 1.15.0 data_loader.py,
 * BatchSamplerShard); {@code accumulation} rounds make a step, fewer at the end of an epoch. Where
 * HF repeats rows to fill uneven ranks, batches stay short or absent here: each row counts once.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Everything is a function of the recipe and the rows' lengths.
 *   <li>Within an epoch no row is read twice; without drop_last every row is read.
 * </ul>
 *
 * <p>May be used from any thread. The order of the last epoch asked for is kept.
 */
public final class TrainingPlan {
    private final BatchRecipe batch;
    private final OrderRecipe order;
    private final int rows;
    private final int @Nullable [] lengths;
    private final int batchesPerEpoch;
    private final int roundsPerEpoch;
    private final int stepsPerEpoch;
    private final int steps;
    private final double trainSamples;
    private volatile @Nullable EpochOrder lastOrder;

    @SuppressWarnings("ArrayRecordComponent") // private, never changed
    private record EpochOrder(int epoch, int[] rows) {}

    private TrainingPlan(Recipe recipe, int rows, int @Nullable [] lengths) {
        this.batch = recipe.batch();
        this.order = recipe.order();
        this.rows = rows;
        this.lengths = lengths;
        int perDevice = batch.trainRowsPerDevice();
        int all = batch.dropLast() ? rows / perDevice : ceilDivide(rows, perDevice);
        this.roundsPerEpoch =
                batch.dropLast() ? all / batch.ranks() : ceilDivide(all, batch.ranks());
        this.batchesPerEpoch = batch.dropLast() ? roundsPerEpoch * batch.ranks() : all;
        if (batchesPerEpoch == 0) {
            throw noStep(rows, batch);
        }
        this.stepsPerEpoch = ceilDivide(roundsPerEpoch, batch.accumulation());
        this.steps = steps(recipe, stepsPerEpoch);
        this.trainSamples =
                recipe.length().steps() > 0
                        ? (double) steps * perDevice * batch.ranks() * batch.accumulation()
                        : rows * recipe.length().epochs();
    }

    /**
     * The plan of a run on so many training rows. Enough for everything but the micro-batches of
     * GROUP_BY_LENGTH.
     *
     * @throws UserException when not a single step is possible
     */
    public static TrainingPlan of(Recipe recipe, int trainRows) {
        Require.range("trainRows", trainRows, 0, Limits.ROWS);
        return new TrainingPlan(recipe, trainRows, null);
    }

    /**
     * The plan of a run whose row i has {@code lengths[i]} tokens.
     *
     * @throws UserException when not a single step is possible
     */
    public static TrainingPlan of(Recipe recipe, int[] lengths) {
        requireNonNull(lengths, "lengths");
        return new TrainingPlan(recipe, lengths.length, lengths.clone());
    }

    /** Steps of the whole run; HF's max_steps as trainer_state.json has it. */
    public int steps() {
        return steps;
    }

    /** Steps of a whole epoch; HF's num_update_steps_per_epoch. */
    public int stepsPerEpoch() {
        return stepsPerEpoch;
    }

    /** Epochs begun by the run; HF's num_train_epochs as trainer_state.json has it. */
    public int epochs() {
        return ceilDivide(steps, stepsPerEpoch);
    }

    /** Training rows of the data set. */
    public int rows() {
        return rows;
    }

    /** What HF divides by the runtime to get train_samples_per_second; may be fractional. */
    public double trainSamples() {
        return trainSamples;
    }

    /** The epoch that HF logs after this step, which counts from 1. */
    public double epochAfter(int step) {
        requireStep(step);
        int epoch = (place(step) - 1) / stepsPerEpoch;
        return epoch + (double) endRound(step) / roundsPerEpoch;
    }

    /** Whether an epoch ends with this step: the last one of an epoch, or of the run. */
    public boolean endsEpoch(int step) {
        requireStep(step);
        return step == steps || place(step) % stepsPerEpoch == 0;
    }

    /**
     * What each rank computes in this step, by rank, then round.
     *
     * <p>A row weighs 1 / (micro-batches of the step over all ranks x rows of its own micro-batch),
     * so the weights of a step add up to 1.
     *
     * @throws IllegalStateException for GROUP_BY_LENGTH in a plan without lengths
     */
    public List<MicroBatch> microBatches(int step) {
        requireStep(step);
        int[] order = order((place(step) - 1) / stepsPerEpoch);
        int firstRound = (place(step) - 1) % stepsPerEpoch * batch.accumulation();
        int firstBatch = firstRound * batch.ranks();
        int endBatch = (int) Math.min(batchesPerEpoch, (long) endRound(step) * batch.ranks());
        List<MicroBatch> result = new ArrayList<>(endBatch - firstBatch);
        for (int rank = 0; rank < batch.ranks(); rank++) {
            for (int i = firstBatch + rank; i < endBatch; i += batch.ranks()) {
                int round = i / batch.ranks() - firstRound;
                result.add(microBatch(order, i, rank, round, endBatch - firstBatch));
            }
        }
        return List.copyOf(result);
    }

    /** How many rows this step reads, in all micro-batches. */
    public int rowsIn(int step) {
        requireStep(step);
        long perRound = (long) batch.trainRowsPerDevice() * batch.ranks();
        long first = (place(step) - 1) % stepsPerEpoch * perRound * batch.accumulation();
        long read = Math.min(rows, (long) batchesPerEpoch * batch.trainRowsPerDevice());
        return Math.toIntExact(Math.min(read, endRound(step) * perRound) - first);
    }

    private MicroBatch microBatch(int[] order, int index, int rank, int round, int count) {
        int from = index * batch.trainRowsPerDevice();
        int size = Math.min(batch.trainRowsPerDevice(), order.length - from);
        double weight = 1.0 / ((double) count * size);
        return new MicroBatch(rank, round, Arrays.copyOfRange(order, from, from + size), weight);
    }

    /** The step that reads the same rows in a plan that begins no epoch again. */
    private int place(int step) {
        int again = order.epochBegunAfter();
        return step > again ? step - again % stepsPerEpoch : step;
    }

    /** Rounds of its epoch that are done after this step. */
    private int endRound(int step) {
        long inEpoch = (place(step) - 1) % stepsPerEpoch + 1L;
        return (int) Math.min(roundsPerEpoch, inEpoch * batch.accumulation());
    }

    private int[] order(int epoch) {
        EpochOrder kept = lastOrder;
        if (kept == null || kept.epoch() != epoch) {
            kept = new EpochOrder(epoch, computeOrder(epoch));
            lastOrder = kept;
        }
        return kept.rows();
    }

    private int[] computeOrder(int epoch) {
        if (lengths == null) {
            return RowOrder.of(order, rows, epoch);
        }
        int groupRows = Math.multiplyExact(batch.trainRowsPerDevice(), batch.accumulation());
        return RowOrder.of(order, lengths, groupRows, epoch);
    }

    private void requireStep(int step) {
        Require.range("step", step, 1, steps);
    }

    private static int steps(Recipe recipe, int stepsPerEpoch) {
        if (recipe.length().steps() > 0) {
            return recipe.length().steps();
        }
        double steps = Math.ceil(recipe.length().epochs() * stepsPerEpoch);
        if (steps > Integer.MAX_VALUE) {
            throw new UserException(
                    "num_train_epochs",
                    String.format(
                            "%s epochs of %d steps are more than %d steps. Train for fewer epochs.",
                            recipe.length().epochs(), stepsPerEpoch, Integer.MAX_VALUE));
        }
        return (int) steps;
    }

    private static UserException noStep(int rows, BatchRecipe batch) {
        if (rows == 0) {
            return new UserException("train_file", "has no rows. Training needs at least one.");
        }
        long needed = (long) batch.trainRowsPerDevice() * batch.ranks();
        return new UserException(
                "dataloader_drop_last",
                String.format(
                        "drops every batch: the training data has %d rows, and the first step needs"
                                + " %d (%d per device x %d ranks). Set dataloader_drop_last to false, or"
                                + " per_device_train_batch_size to %d or less.",
                        rows,
                        needed,
                        batch.trainRowsPerDevice(),
                        batch.ranks(),
                        Math.max(1, rows / batch.ranks())));
    }

    private static int ceilDivide(int dividend, int divisor) {
        return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
    }
}
