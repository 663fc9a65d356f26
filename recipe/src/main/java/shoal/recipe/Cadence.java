package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * When something happens during training.
 *
 * @param strategy HF's eval_strategy, logging_strategy or save_strategy
 * @param steps every so many steps; with a value in (0, 1), that share of all steps
 * @param atFirstStep HF's logging_first_step
 * @param atStart HF's eval_on_start: also before the first step
 * @param delay HF's eval_delay: not before so many steps or epochs, as the strategy counts
 */
public record Cadence(
        Strategy strategy, double steps, boolean atFirstStep, boolean atStart, double delay) {
    /** HF's IntervalStrategy, and what its SaveStrategy has besides. */
    public enum Strategy {
        NO,
        STEPS,
        EPOCH,
        /** After each evaluation that is better than all before; for saving only. */
        BEST
    }

    public Cadence {
        requireNonNull(strategy, "strategy");
        if (strategy == Strategy.STEPS) {
            Require.range("steps", steps, Double.MIN_VALUE, Integer.MAX_VALUE);
        }
        Require.range("delay", delay, 0, Integer.MAX_VALUE);
    }

    /** From the first step on. */
    public Cadence(Strategy strategy, double steps, boolean atFirstStep) {
        this(strategy, steps, atFirstStep, false, 0);
    }

    public static Cadence never() {
        return new Cadence(Strategy.NO, 0, false);
    }
}
