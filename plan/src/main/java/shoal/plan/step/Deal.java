package shoal.plan.step;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import shoal.recipe.Require;

/**
 * Cuts a micro-batch into slices, the leaves of the reduction tree: rows of similar length
 * together, nearly equal cost.
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
     * Indices into the micro-batch for each slice, longest rows first, equals by index.
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
        long[] costUpTo = costUpTo(sorted, tokenCounts);
        int count = Math.min(slices, sorted.length);
        List<int[]> result = new ArrayList<>(count);
        int from = 0;
        for (int slice = 0; slice < count; slice++) {
            int end = end(costUpTo, from, slice, count);
            result.add(IntStream.range(from, end).map(i -> sorted[i]).toArray());
            from = end;
        }
        return List.copyOf(result);
    }

    static long cost(int tokens) {
        Require.atLeast("tokens", tokens, 1);
        return tokens * (LINEAR + tokens);
    }

    private static long[] costUpTo(int[] sorted, int[] tokenCounts) {
        long[] costUpTo = new long[sorted.length + 1];
        for (int i = 0; i < sorted.length; i++) {
            costUpTo[i + 1] = Math.addExact(costUpTo[i], cost(tokenCounts[sorted[i]]));
        }
        return costUpTo;
    }

    /** The end nearest to this slice's share of the cost that leaves a row for each later slice. */
    private static int end(long[] costUpTo, int from, int slice, int count) {
        int rows = costUpTo.length - 1;
        int latest = rows - (count - 1 - slice);
        if (slice == count - 1) {
            return rows;
        }
        // Scaled by count, so that the share is a whole number.
        long share = Math.multiplyExact(costUpTo[rows], slice + 1L);
        int end = from + 1;
        while (end < latest
                && Math.abs(Math.multiplyExact(costUpTo[end + 1], count) - share)
                        < Math.abs(Math.multiplyExact(costUpTo[end], count) - share)) {
            end++;
        }
        return end;
    }
}
