package shoal.worker.session;

import java.util.function.DoubleSupplier;

/**
 * How long to wait before trying again: doubled at each attempt up to a bound, then a random half
 * to whole of that, so that many workers do not come back at once.
 *
 * @param firstMillis before jitter, after the first failure
 * @param mostMillis before jitter, ever
 */
public record Backoff(long firstMillis, long mostMillis) {
    /** Doublings beyond this exceed any bound in use. */
    private static final int DOUBLINGS = 20;

    /**
     * The wait before the next attempt.
     *
     * @param failures so far, at least 1
     * @param random gives a number in [0, 1)
     */
    public long delayMillis(int failures, DoubleSupplier random) {
        long whole = firstMillis << Math.min(failures - 1, DOUBLINGS);
        long bounded = Math.min(whole, mostMillis);
        return Math.round(bounded * (0.5 + 0.5 * random.getAsDouble()));
    }
}
