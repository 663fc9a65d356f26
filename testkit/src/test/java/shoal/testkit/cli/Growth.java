package shoal.testkit.cli;

import java.util.List;

/**
 * How much a series of samples grows, of which each may be off by some percent: the median of the
 * last third over the median of the first. A single sample does not decide, a trend does.
 */
final class Growth {
    private Growth() {}

    /** The later level over the earlier one. */
    static double of(List<Long> samples) {
        int third = samples.size() / 3;
        if (third < 3) {
            throw new IllegalArgumentException(
                    samples.size() + " samples, expected at least 9: three for a median");
        }
        return median(samples.subList(samples.size() - third, samples.size()))
                / median(samples.subList(0, third));
    }

    private static double median(List<Long> samples) {
        long[] sorted = samples.stream().mapToLong(Long::longValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
    }
}
