package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * When something happens during training.
 *
 * @param strategy HF's eval_strategy, logging_strategy or save_strategy
 * @param steps every so many steps; with a value in (0, 1), that share of all steps
 * @param atFirstStep HF's logging_first_step
 */
public record Cadence(Strategy strategy, double steps, boolean atFirstStep) {
    /** HF's IntervalStrategy. */
    public enum Strategy {
        NO,
        STEPS,
        EPOCH
    }

    public Cadence {
        requireNonNull(strategy, "strategy");
        if (strategy == Strategy.STEPS) {
            Require.range("steps", steps, Double.MIN_VALUE, Integer.MAX_VALUE);
        }
    }

    public static Cadence never() {
        return new Cadence(Strategy.NO, 0, false);
    }
}
