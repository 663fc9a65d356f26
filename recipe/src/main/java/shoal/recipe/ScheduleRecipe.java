package shoal.recipe;

import static java.util.Objects.requireNonNull;

/**
 * The learning rate as a function of the step, before the number of steps is known.
 *
 * <p>HF's schedules multiply the peak rate by a factor (transformers 4.57.6, optimization.py);
 * DeepSpeed's (0.19.8, runtime/lr_schedules.py) name their own rates.
 */
public sealed interface ScheduleRecipe {
    /** Reads this schedule. */
    <R> R accept(Handler<R> handler);

    /** One method per schedule. */
    interface Handler<R> {
        R linear(Linear schedule);

        R constant(Constant schedule);

        R cosine(Cosine schedule);

        R warmup(Warmup schedule);
    }

    /**
     * HF's warm-up length: steps if positive, else ratio of all steps, rounded up.
     *
     * @param steps warmup_steps
     * @param ratio warmup_ratio
     */
    record WarmupLength(int steps, double ratio) {
        public WarmupLength {
            Require.atLeast("steps", steps, 0);
            Require.range("ratio", ratio, 0, 1);
        }
    }

    /** HF "linear": up from 0 over the warm-up, then down to 0 at the last step. */
    record Linear(WarmupLength warmup) implements ScheduleRecipe {
        public Linear {
            requireNonNull(warmup, "warmup");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.linear(this);
        }
    }

    /** HF "constant" (no warm-up) and "constant_with_warmup". */
    record Constant(WarmupLength warmup) implements ScheduleRecipe {
        public Constant {
            requireNonNull(warmup, "warmup");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.constant(this);
        }
    }

    /** HF "cosine": up over the warm-up, then {@code cycles} cosine half-waves (0.5 = to zero). */
    record Cosine(WarmupLength warmup, double cycles) implements ScheduleRecipe {
        public Cosine {
            requireNonNull(warmup, "warmup");
            Require.range("cycles", cycles, 0, 1e6);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.cosine(this);
        }
    }

    /**
     * DeepSpeed WarmupLR, and WarmupDecayLR when {@code decays}.
     *
     * @param minRate warmup_min_lr
     * @param maxRate warmup_max_lr
     * @param steps warmup_num_steps, or -1 where "auto" takes it from {@code auto}
     * @param auto HF's warm-up, which fills "auto"
     * @param logarithmic warmup_type "log" (DeepSpeed's default), else "linear"
     * @param decays down to 0 at totalSteps after the warm-up
     * @param totalSteps total_num_steps, or -1 for "auto" = all steps of the run
     */
    record Warmup(
            double minRate,
            double maxRate,
            int steps,
            WarmupLength auto,
            boolean logarithmic,
            boolean decays,
            int totalSteps)
            implements ScheduleRecipe {
        public Warmup {
            Require.range("minRate", minRate, 0, 1e6);
            Require.range("maxRate", maxRate, 0, 1e6);
            Require.atLeast("steps", steps, -1);
            requireNonNull(auto, "auto");
            Require.atLeast("totalSteps", totalSteps, -1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.warmup(this);
        }
    }
}
