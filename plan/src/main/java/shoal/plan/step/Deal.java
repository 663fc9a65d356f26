package shoal.plan.step;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import shoal.recipe.Require;

/**
 * Deals the rows of a micro-batch to slices, the leaves of the reduction tree, so that slices cost
 * nearly the same: the longest row first, each to the slice that costs least so far (Graham's LPT
 * rule, "Bounds on Multiprocessing Timing Anomalies", 1969: the costliest slice exceeds the best
 * possible by at most a third).
 *
 * <p>A function of the token counts alone, so that every process deals the same way. It is part of
 * the arithmetic: a change here changes the bits of every run.
 */
public final class Deal {
    /**
     * Cost of a row of t tokens is {@code t x (LINEAR + t)}. In flops, a layer of width h costs 24
     * h^2 per token for its linears and 4 h t for attention over t tokens without skipping the
     * masked half, a ratio of t / 6h: LINEAR = 6h. The width is no argument here, and attention
     * runs below the speed of large products, so this is 6 x 768 (GPT-2's smallest) halved.
     */
    static final long LINEAR = 2_304;

    private Deal() {}

    /**
     * Indices into the micro-batch for each slice, longest rows first, equals by index. Of slices
     * that cost the same, the first takes the row.
     *
     * @param tokenCounts tokens of each row, at least 1
     * @param slices how many slices are wanted
     * @return {@code min(slices, rows)} slices, none of them empty
     */
    public static List<int[]> slices(int[] tokenCounts, int slices) {
        Require.atLeast("tokenCounts.length", tokenCounts.length, 1);
        Require.atLeast("slices", slices, 1);
        int[] sorted =
                IntStream.range(0, tokenCounts.length)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer i) -> tokenCounts[i]).reversed())
                        .mapToInt(Integer::intValue)
                        .toArray();
        int count = Math.min(slices, sorted.length);
        long[] costs = new long[count];
        int[] lengths = new int[count];
        int[][] dealt = new int[count][sorted.length];
        for (int row : sorted) {
            int slice = cheapest(costs);
            dealt[slice][lengths[slice]++] = row;
            costs[slice] = Math.addExact(costs[slice], cost(tokenCounts[row]));
        }
        return IntStream.range(0, count)
                .mapToObj(slice -> Arrays.copyOf(dealt[slice], lengths[slice]))
                .toList();
    }

    static long cost(int tokens) {
        Require.atLeast("tokens", tokens, 1);
        return tokens * (LINEAR + tokens);
    }

    /** The first of the least; a slice without rows costs nothing, so none stays empty. */
    private static int cheapest(long[] costs) {
        int least = 0;
        for (int slice = 1; slice < costs.length; slice++) {
            if (costs[slice] < costs[least]) {
                least = slice;
            }
        }
        return least;
    }
}
