package shoal.plan.schedule;

import static java.util.Objects.requireNonNull;

import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.Constant;
import shoal.recipe.ScheduleRecipe.Cosine;
import shoal.recipe.ScheduleRecipe.CosineWithMinimum;
import shoal.recipe.ScheduleRecipe.CosineWithRestarts;
import shoal.recipe.ScheduleRecipe.InverseSquareRoot;
import shoal.recipe.ScheduleRecipe.Linear;
import shoal.recipe.ScheduleRecipe.LoggedAhead;
import shoal.recipe.ScheduleRecipe.OneCycle;
import shoal.recipe.ScheduleRecipe.Polynomial;
import shoal.recipe.ScheduleRecipe.RangeTest;
import shoal.recipe.ScheduleRecipe.Warmup;
import shoal.recipe.ScheduleRecipe.WarmupCosine;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ScheduleRecipe.WarmupStableDecay;

/**
 * The learning rate of every step of a run.
 *
 * <p>HF's schedules are factors of the peak rate, evaluated at the updates already done: step s,
 * which counts from 1, uses the factor at s - 1 and logs the rate that it used (transformers 4.57.6
 * optimization.py; trainer.py reads the rate before the scheduler moves on).
 *
 * <p>DeepSpeed's schedules are one step behind: the optimizer starts with the lowest rate, the
 * engine moves the scheduler to iteration 0 after the first update and to iteration s - 1 after
 * update s (deepspeed 0.19.8 runtime/lr_schedules.py, runtime/engine.py), and only then does HF's
 * Trainer read the rate that it logs. So step s uses what step s - 1 logged. A schedule of HF
 * inside DeepSpeed's engine starts as HF's do, and is moved and read at the same places: step s
 * uses the factor at s - 1 and logs the one at s.
 *
 * <p>StrictMath and {@link NaturalLog} throughout: the rates are part of the arithmetic.
 */
public final class LearningRates {
    /** HF's timescale of inverse_sqrt without a warm-up (transformers 4.57.6 optimization.py). */
    private static final int DEFAULT_TIMESCALE = 10_000;

    private final Curve curve;
    private final int usedLag;
    private final int loggedLead;

    /** The rate after so many moves of the scheduler. */
    @FunctionalInterface
    private interface Curve {
        double at(int iteration);
    }

    private LearningRates(Curve curve, int usedLag, int loggedLead) {
        this.curve = curve;
        this.usedLag = usedLag;
        this.loggedLead = loggedLead;
    }

    /** The rates of a run of {@code plan.steps()} steps. */
    public static LearningRates of(Recipe recipe, TrainingPlan plan) {
        return of(recipe, plan.steps());
    }

    /** The rates of a run of so many steps. */
    public static LearningRates of(Recipe recipe, int steps) {
        requireNonNull(recipe, "recipe");
        Require.atLeast("steps", steps, 1);
        return recipe.schedule().accept(new Reader(recipe.optimizer().learningRate(), steps));
    }

    /** The rate that the update of this step uses; steps count from 1, and none is skipped. */
    public double at(int step) {
        Require.atLeast("step", step, 1);
        return used(step - 1);
    }

    /** The rate that HF logs for this step. Differs from {@link #at} under DeepSpeed. */
    public double loggedAt(int step) {
        Require.atLeast("step", step, 1);
        return logged(step - 1, step);
    }

    /** The rate of an update after so many others; a step that is skipped is none. */
    public double used(int updates) {
        Require.atLeast("updates", updates, 0);
        return curve.at(updates - usedLag);
    }

    /**
     * The rate that HF logs for a step. Its own scheduler is read before it moves, DeepSpeed's
     * afterwards; and one of DeepSpeed's that has never moved is read as 0 (transformers 4.57.6
     * trainer_pt_utils.py, _get_learning_rate).
     *
     * @param before updates before the step
     * @param after updates after it: the same if it is skipped
     */
    public double logged(int before, int after) {
        Require.range("before", before, 0, after);
        if (usedLag == 0 && loggedLead == 0) {
            return curve.at(before);
        }
        return after == 0 && usedLag > 0 ? 0 : curve.at(after - 1 + loggedLead);
    }

    /** HF's get_warmup_steps (transformers 4.57.6 training_args.py). */
    static int warmupSteps(WarmupLength length, int steps) {
        return length.steps() > 0 ? length.steps() : (int) Math.ceil(steps * length.ratio());
    }

    private static final class Reader implements ScheduleRecipe.Handler<LearningRates> {
        private final double peak;
        private final int steps;

        Reader(double peak, int steps) {
            this.peak = peak;
            this.steps = steps;
        }

        @Override
        public LearningRates linear(Linear schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            return huggingFace(
                    warmup,
                    done -> Math.max(0.0, (double) (steps - done) / Math.max(1, steps - warmup)));
        }

        @Override
        public LearningRates constant(Constant schedule) {
            return huggingFace(warmupSteps(schedule.warmup(), steps), done -> 1.0);
        }

        @Override
        public LearningRates cosine(Cosine schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            return huggingFace(
                    warmup,
                    done -> {
                        double progress = progress(done, warmup);
                        double angle = StrictMath.PI * schedule.cycles() * 2.0 * progress;
                        return Math.max(0.0, 0.5 * (1.0 + StrictMath.cos(angle)));
                    });
        }

        @Override
        public LearningRates cosineWithRestarts(CosineWithRestarts schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            return huggingFace(
                    warmup,
                    done -> {
                        double progress = progress(done, warmup);
                        double wave = schedule.cycles() * progress % 1.0;
                        double factor = 0.5 * (1.0 + StrictMath.cos(StrictMath.PI * wave));
                        return progress >= 1.0 ? 0.0 : Math.max(0.0, factor);
                    });
        }

        @Override
        public LearningRates cosineWithMinimum(CosineWithMinimum schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            int ahead = schedule.start().ahead() ? 1 : 0;
            Curve falling =
                    done -> {
                        double progress = progress(done + ahead, warmup);
                        double angle = StrictMath.PI * schedule.cycles() * 2.0 * progress;
                        double factor = 0.5 * (1.0 + StrictMath.cos(angle));
                        double minimum = schedule.minimum();
                        return Math.max(0.0, factor * (1.0 - minimum) + minimum);
                    };
            return ahead == 0
                    ? huggingFace(warmup, falling)
                    : factors(
                            done ->
                                    done < warmup
                                            ? rising(schedule.start().share(), done, warmup)
                                            : falling.at(done));
        }

        /** The warm-up of HF's cosine_warmup_with_min_lr. */
        private static double rising(double share, int done, int warmup) {
            return share < 0
                    ? (done + 1.0) / warmup
                    : share + (1.0 - share) * done / Math.max(1, warmup - 1);
        }

        @Override
        public LearningRates polynomial(Polynomial schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            double end = schedule.endRate();
            return huggingFace(
                    warmup,
                    done -> {
                        if (done > steps || steps == warmup) {
                            return end / peak;
                        }
                        double remaining = 1.0 - (double) (done - warmup) / (steps - warmup);
                        double power = StrictMath.pow(remaining, schedule.power());
                        return ((peak - end) * power + end) / peak;
                    });
        }

        @Override
        public LearningRates inverseSquareRoot(InverseSquareRoot schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            int otherwise = warmup > 0 ? warmup : DEFAULT_TIMESCALE;
            int timescale = schedule.timescale() > 0 ? schedule.timescale() : otherwise;
            int shift = timescale - warmup;
            return huggingFace(
                    warmup, done -> 1.0 / StrictMath.sqrt((double) (done + shift) / timescale));
        }

        @Override
        public LearningRates warmupStableDecay(WarmupStableDecay schedule) {
            int warmup = warmupSteps(schedule.warmup(), steps);
            int rest = steps - warmup - schedule.decaySteps();
            int stable = schedule.stableSteps() >= 0 ? schedule.stableSteps() : rest;
            return factors(done -> stableDecay(schedule, warmup, warmup + stable, done));
        }

        /** HF's _get_wsd_scheduler_lambda; {@code level} is where the decay starts. */
        private static double stableDecay(
                WarmupStableDecay schedule, int warmup, int level, int done) {
            double minimum = schedule.minimum();
            if (done < warmup) {
                double progress = (double) done / Math.max(1, warmup);
                double factor =
                        switch (schedule.rise()) {
                            case LINEAR -> progress;
                            case COSINE -> 0.5 * (1.0 - StrictMath.cos(StrictMath.PI * progress));
                            case ROOT -> 1.0 - StrictMath.sqrt(1.0 - progress);
                        };
                return Math.max(0.0, factor * (1.0 - minimum) + minimum);
            }
            if (done < level) {
                return 1.0;
            }
            if (done >= level + schedule.decaySteps()) {
                return minimum;
            }
            double progress = (double) (done - level) / Math.max(1, schedule.decaySteps());
            double angle = StrictMath.PI * schedule.cycles() * 2.0 * progress;
            double factor =
                    switch (schedule.fall()) {
                        case LINEAR -> 1.0 - progress;
                        case COSINE -> 0.5 * (1.0 + StrictMath.cos(angle));
                        case ROOT -> 1.0 - StrictMath.sqrt(progress);
                    };
            return Math.max(0.0, factor * (1.0 - minimum) + minimum);
        }

        private double progress(int done, int warmup) {
            return (double) (done - warmup) / Math.max(1, steps - warmup);
        }

        @Override
        public LearningRates warmup(Warmup schedule) {
            int total = schedule.totalSteps() > 0 ? schedule.totalSteps() : steps;
            int warmup = warmup(schedule.steps(), schedule.auto());
            double range = schedule.maxRate() - schedule.minRate();
            Curve curve =
                    iteration -> {
                        if (iteration < 0) {
                            return schedule.minRate();
                        }
                        double gamma = gamma(schedule, warmup, total, iteration);
                        return schedule.minRate() + range * gamma;
                    };
            return new LearningRates(curve, 1, 0);
        }

        /** WarmupLR._get_gamma and WarmupDecayLR._get_gamma. */
        private static double gamma(Warmup schedule, int warmup, int total, int iteration) {
            if (iteration < warmup) {
                return risen(schedule.logarithmic(), warmup, iteration);
            }
            return schedule.decays()
                    ? Math.max(0.0, (total - iteration) / Math.max(1.0, total - warmup))
                    : 1.0;
        }

        /** DeepSpeed's warm-up, which takes two steps at least. */
        private int warmup(int given, WarmupLength auto) {
            return Math.max(2, given >= 0 ? given : warmupSteps(auto, steps));
        }

        private static double risen(boolean logarithmic, int warmup, int iteration) {
            return logarithmic
                    ? 1.0 / NaturalLog.of(warmup) * NaturalLog.of(iteration + 1)
                    : (double) iteration / warmup;
        }

        /** Before the scheduler has moved, DeepSpeed's rate is 0, whatever the start's share. */
        @Override
        public LearningRates warmupCosine(WarmupCosine schedule) {
            int total = schedule.totalSteps() > 0 ? schedule.totalSteps() : steps;
            int warmup = warmup(schedule.steps(), schedule.auto());
            Curve curve =
                    iteration ->
                            iteration < 0 ? 0 : peak * share(schedule, warmup, total, iteration);
            return new LearningRates(curve, 1, 0);
        }

        /** WarmupCosineLR.get_lr_ratio. */
        private static double share(WarmupCosine schedule, int warmup, int total, int iteration) {
            if (iteration < warmup) {
                double start = schedule.startShare();
                double risen = risen(schedule.logarithmic(), warmup, iteration);
                return start + risen * (1.0 - start);
            }
            double done = (double) (iteration - warmup + 1) / Math.max(1, total - warmup);
            double cosine = (1 + StrictMath.cos(StrictMath.PI * Math.min(1.0, done))) / 2;
            double end = schedule.endShare();
            return Math.max(0.0, end + (1.0 - end) * cosine);
        }

        private LearningRates huggingFace(int warmup, Curve afterWarmup) {
            return factors(
                    done ->
                            done < warmup
                                    ? (double) done / Math.max(1, warmup)
                                    : afterWarmup.at(done));
        }

        private LearningRates factors(Curve factor) {
            return new LearningRates(done -> peak * factor.at(done), 0, 0);
        }

        @Override
        public LearningRates oneCycle(OneCycle schedule) {
            return new LearningRates(iteration -> CycleRates.at(schedule, iteration), 1, 0);
        }

        @Override
        public LearningRates rangeTest(RangeTest schedule) {
            Curve curve =
                    iteration -> {
                        double intervals = (iteration + 1.0) / schedule.stepSize();
                        double moved = schedule.staircase() ? Math.floor(intervals) : intervals;
                        return schedule.minRate() * (1 + schedule.stepRate() * moved);
                    };
            return new LearningRates(curve, 1, 0);
        }

        @Override
        public LearningRates loggedAhead(LoggedAhead schedule) {
            LearningRates moved = schedule.schedule().accept(this);
            return new LearningRates(moved.curve, moved.usedLag, 1);
        }
    }
}
