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

        R cosineWithRestarts(CosineWithRestarts schedule);

        R cosineWithMinimum(CosineWithMinimum schedule);

        R polynomial(Polynomial schedule);

        R inverseSquareRoot(InverseSquareRoot schedule);

        R warmupStableDecay(WarmupStableDecay schedule);

        R warmup(Warmup schedule);

        R warmupCosine(WarmupCosine schedule);

        R oneCycle(OneCycle schedule);

        R rangeTest(RangeTest schedule);

        R loggedAhead(LoggedAhead schedule);
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

    /** HF "cosine_with_restarts": after the warm-up, {@code cycles} half-waves from 1 to 0. */
    record CosineWithRestarts(WarmupLength warmup, double cycles) implements ScheduleRecipe {
        public CosineWithRestarts {
            requireNonNull(warmup, "warmup");
            Require.range("cycles", cycles, 0, 1e6);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.cosineWithRestarts(this);
        }
    }

    /**
     * HF "cosine_with_min_lr" and "cosine_warmup_with_min_lr": as Cosine, but down to a minimum.
     *
     * @param cycles num_cycles, 0.5 = to the minimum
     * @param minimum share of the peak rate at the end: min_lr_rate, or min_lr / learning_rate
     * @param start how the warm-up starts
     */
    record CosineWithMinimum(WarmupLength warmup, double cycles, double minimum, Start start)
            implements ScheduleRecipe {
        /**
         * How the warm-up starts.
         *
         * @param ahead one step ahead, as "cosine_warmup_with_min_lr" counts
         * @param share warmup_lr_rate, the share of the peak at the first step; -1 = not given
         */
        public record Start(boolean ahead, double share) {
            public Start {
                Require.range("share", share, -1, 1e6);
            }
        }

        public CosineWithMinimum {
            requireNonNull(warmup, "warmup");
            Require.range("cycles", cycles, 0, 1e6);
            Require.range("minimum", minimum, 0, 1e6);
            requireNonNull(start, "start");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.cosineWithMinimum(this);
        }
    }

    /**
     * HF "polynomial": up over the warm-up, then down to a rate along a power of what remains.
     *
     * @param endRate lr_end, below the peak rate
     * @param power 1 = a straight line
     */
    record Polynomial(WarmupLength warmup, double endRate, double power) implements ScheduleRecipe {
        public Polynomial {
            requireNonNull(warmup, "warmup");
            Require.range("endRate", endRate, 0, 1e6);
            Require.range("power", power, 0, 1e6);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.polynomial(this);
        }
    }

    /**
     * HF "inverse_sqrt": up over the warm-up, then down as 1 / sqrt(steps / timescale).
     *
     * @param timescale in steps; 0 = the warm-up, or 10,000 without one
     */
    record InverseSquareRoot(WarmupLength warmup, int timescale) implements ScheduleRecipe {
        public InverseSquareRoot {
            requireNonNull(warmup, "warmup");
            Require.atLeast("timescale", timescale, 0);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.inverseSquareRoot(this);
        }
    }

    /**
     * HF "warmup_stable_decay": up, level, down.
     *
     * @param rise the shape of the warm-up
     * @param stableSteps num_stable_steps, or -1 for all that the other two leave
     * @param decaySteps num_decay_steps
     * @param fall the shape of the decay
     * @param cycles num_cycles of a cosine decay
     * @param minimum min_lr_ratio, the share of the peak rate at both ends
     */
    record WarmupStableDecay(
            WarmupLength warmup,
            Shape rise,
            int stableSteps,
            int decaySteps,
            Shape fall,
            double cycles,
            double minimum)
            implements ScheduleRecipe {
        /** HF's warmup_type and decay_type. */
        public enum Shape {
            LINEAR,
            COSINE,
            /** 1 - sqrt of the progress. */
            ROOT
        }

        public WarmupStableDecay {
            requireNonNull(warmup, "warmup");
            requireNonNull(rise, "rise");
            Require.atLeast("stableSteps", stableSteps, -1);
            Require.atLeast("decaySteps", decaySteps, 0);
            requireNonNull(fall, "fall");
            Require.range("cycles", cycles, 0, 1e6);
            Require.range("minimum", minimum, 0, 1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.warmupStableDecay(this);
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

    /**
     * DeepSpeed WarmupCosineLR: shares of the peak rate, up, then down along a cosine.
     *
     * @param startShare warmup_min_ratio
     * @param steps warmup_num_steps, or -1 where "auto" takes it from {@code auto}
     * @param auto HF's warm-up, which fills "auto"
     * @param logarithmic warmup_type "log" (DeepSpeed's default), else "linear"
     * @param endShare cos_min_ratio
     * @param totalSteps total_num_steps, or -1 for "auto" = all steps of the run
     */
    record WarmupCosine(
            double startShare,
            int steps,
            WarmupLength auto,
            boolean logarithmic,
            double endShare,
            int totalSteps)
            implements ScheduleRecipe {
        public WarmupCosine {
            Require.range("startShare", startShare, 0, 1e6);
            Require.atLeast("steps", steps, -1);
            requireNonNull(auto, "auto");
            Require.range("endShare", endShare, 0, 1e6);
            Require.atLeast("totalSteps", totalSteps, -1);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.warmupCosine(this);
        }
    }

    /**
     * DeepSpeed OneCycle with cycle_momentum off: up, down, then lower and lower.
     *
     * @param minRate cycle_min_lr
     * @param maxRate cycle_max_lr
     * @param rise cycle_first_step_size and cycle_first_stair_count
     * @param fall cycle_second_step_size and cycle_second_stair_count
     * @param decaySteps decay_step_size; 0 = minRate stays after the cycle
     * @param decayRate decay_lr_rate
     */
    record OneCycle(
            double minRate, double maxRate, Half rise, Half fall, int decaySteps, double decayRate)
            implements ScheduleRecipe {
        /**
         * Half of a cycle.
         *
         * @param steps how many
         * @param stairs the rate moves in so many stairs, or with every step if 0
         */
        public record Half(int steps, int stairs) {
            public Half {
                Require.atLeast("steps", steps, 0);
                Require.atLeast("stairs", stairs, 0);
            }
        }

        public OneCycle {
            Require.range("minRate", minRate, 0, 1e6);
            Require.range("maxRate", maxRate, 0, 1e6);
            requireNonNull(rise, "rise");
            requireNonNull(fall, "fall");
            Require.atLeast("rise.steps", rise.steps(), 1);
            Require.atLeast("decaySteps", decaySteps, 0);
            Require.range("decayRate", decayRate, 0, 1e6);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.oneCycle(this);
        }
    }

    /**
     * DeepSpeed LRRangeTest: up without end, to find the largest rate that trains.
     *
     * @param minRate lr_range_test_min_lr
     * @param stepSize lr_range_test_step_size
     * @param stepRate lr_range_test_step_rate, in minRate per stepSize
     * @param staircase lr_range_test_staircase: up once per stepSize instead of with every step
     */
    record RangeTest(double minRate, int stepSize, double stepRate, boolean staircase)
            implements ScheduleRecipe {
        public RangeTest {
            Require.range("minRate", minRate, 0, 1e6);
            Require.atLeast("stepSize", stepSize, 1);
            Require.range("stepRate", stepRate, 0, 1e6);
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.rangeTest(this);
        }
    }

    /**
     * A schedule of HF that DeepSpeed's engine moves: the same rates are used, but the engine has
     * moved on when HF reads the rate, so each step logs the rate of the next one.
     */
    record LoggedAhead(ScheduleRecipe schedule) implements ScheduleRecipe {
        public LoggedAhead {
            requireNonNull(schedule, "schedule");
        }

        @Override
        public <R> R accept(Handler<R> handler) {
            return handler.loggedAhead(this);
        }
    }
}
