package shoal.plan.step;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Require;

/**
 * In which order the rows of one epoch are visited.
 *
 * <p>The order of epoch e comes from a generator seeded {@code dataSeed + e}: HF's Trainer hands
 * data_seed, else the seed, to accelerate's SeedableRandomSampler, which adds the epoch
 * (transformers 4.57.6 trainer.py; accelerate 1.15.0 data_loader.py) and shuffles with
 * torch.randperm.
 */
public final class RowOrder {
    /** HF groups at most so many batches into one sorted mega-batch (trainer_pt_utils.py). */
    private static final int MEGA_BATCHES = 50;

    private RowOrder() {}

    /**
     * Row numbers in the order of {@code epoch}, which counts from 0.
     *
     * @throws IllegalStateException for GROUP_BY_LENGTH, which needs lengths
     */
    public static int[] of(OrderRecipe order, int rows, int epoch) {
        Require.atLeast("rows", rows, 0);
        Require.atLeast("epoch", epoch, 0);
        return switch (order.sampling()) {
            case SEQUENTIAL -> IntStream.range(0, rows).toArray();
            case RANDOM -> permutation(rows, order.dataSeed() + epoch);
            case GROUP_BY_LENGTH ->
                    throw new IllegalStateException("order by length needs the rows' lengths");
        };
    }

    /**
     * As {@link #of(OrderRecipe, int, int)}, for every sampling.
     *
     * @param lengths tokens of every row
     * @param groupRows rows that HF sorts together as one batch: rows per device x accumulation
     */
    public static int[] of(OrderRecipe order, int[] lengths, int groupRows, int epoch) {
        Require.atLeast("epoch", epoch, 0);
        return order.sampling() == Sampling.GROUP_BY_LENGTH
                ? groupedByLength(lengths, groupRows, order.dataSeed() + epoch)
                : of(order, lengths.length, epoch);
    }

    /**
     * torch.randperm(rows) of a CPU generator with this seed: a Fisher-Yates shuffle from the front
     * with 32-bit draws, which torch uses below 214 million rows (torch 2.7.1,
     * aten/src/ATen/native/TensorFactories.cpp).
     */
    static int[] permutation(int rows, long seed) {
        int[] order = IntStream.range(0, rows).toArray();
        MersenneTwister generator = new MersenneTwister(seed);
        for (int i = 0; i < rows - 1; i++) {
            int other = i + (int) (generator.next() % (rows - i));
            int held = order[i];
            order[i] = order[other];
            order[other] = held;
        }
        return order;
    }

    /**
     * HF's get_length_grouped_indices (transformers 4.57.6 trainer_pt_utils.py). HF draws from the
     * global generator, whose state depends on everything drawn before; here the epoch's own seed
     * is used, so the groups are HF's in kind, not row by row.
     */
    private static int[] groupedByLength(int[] lengths, int groupRows, long seed) {
        Require.atLeast("groupRows", groupRows, 1);
        int rows = lengths.length;
        long perMegaBatch = Math.max(1, Math.min(rows / (groupRows * 4L), MEGA_BATCHES));
        int megaRows = (int) Math.min(Math.max(rows, 1), perMegaBatch * groupRows);
        int[] shuffled = permutation(rows, seed);
        List<Integer> order = new ArrayList<>(rows);
        for (int from = 0; from < rows; from += Math.min(megaRows, rows - from)) {
            IntStream.range(from, from + Math.min(megaRows, rows - from))
                    .mapToObj(i -> shuffled[i])
                    .sorted(Comparator.comparingInt((Integer row) -> lengths[row]).reversed())
                    .forEach(order::add);
        }
        int[] result = order.stream().mapToInt(Integer::intValue).toArray();
        putLongestFirst(result, lengths, megaRows);
        return result;
    }

    /** Swaps the first row with the longest one, the head of its mega-batch: memory peaks early. */
    private static void putLongestFirst(int[] order, int[] lengths, int megaRows) {
        int longest = 0;
        for (long head = megaRows; head < order.length; head += megaRows) {
            if (lengths[order[(int) head]] > lengths[order[longest]]) {
                longest = (int) head;
            }
        }
        if (order.length > 0) {
            int held = order[0];
            order[0] = order[longest];
            order[longest] = held;
        }
    }
}
