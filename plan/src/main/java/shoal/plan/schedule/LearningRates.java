package shoal.plan.schedule;

import static java.util.Objects.requireNonNull;

import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;
import shoal.recipe.Require;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.Constant;
import shoal.recipe.ScheduleRecipe.Cosine;
import shoal.recipe.ScheduleRecipe.Linear;
import shoal.recipe.ScheduleRecipe.Warmup;
import shoal.recipe.ScheduleRecipe.WarmupLength;

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
 * Trainer read the rate that it logs. So step s uses what step s - 1 logged.
 *
 * <p>StrictMath throughout: the rates are part of the arithmetic.
 */
public final class LearningRates {
    private final Curve curve;
    private final int usedLag;

    /** The rate after so many moves of the scheduler. */
    @FunctionalInterface
    private interface Curve {
        double at(int iteration);
    }

    private LearningRates(Curve curve, int usedLag) {
        this.curve = curve;
        this.usedLag = usedLag;
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

    /** The rate that the update of this step uses; steps count from 1. */
    public double at(int step) {
        Require.atLeast("step", step, 1);
        return curve.at(step - 1 - usedLag);
    }

    /** The rate that HF logs for this step. Differs from {@link #at} for DeepSpeed's schedules. */
    public double loggedAt(int step) {
        Require.atLeast("step", step, 1);
        return curve.at(step - 1);
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
                        double progress = (double) (done - warmup) / Math.max(1, steps - warmup);
                        double angle = StrictMath.PI * schedule.cycles() * 2.0 * progress;
                        return Math.max(0.0, 0.5 * (1.0 + StrictMath.cos(angle)));
                    });
        }

        @Override
        public LearningRates warmup(Warmup schedule) {
            int total = schedule.totalSteps() > 0 ? schedule.totalSteps() : steps;
            int asked =
                    schedule.steps() >= 0 ? schedule.steps() : warmupSteps(schedule.auto(), steps);
            int warmup = Math.max(2, asked);
            double range = schedule.maxRate() - schedule.minRate();
            Curve curve =
                    iteration -> {
                        if (iteration < 0) {
                            return schedule.minRate();
                        }
                        double gamma = gamma(schedule, warmup, total, iteration);
                        return schedule.minRate() + range * gamma;
                    };
            return new LearningRates(curve, 1);
        }

        /** WarmupLR._get_gamma and WarmupDecayLR._get_gamma. */
        private static double gamma(Warmup schedule, int warmup, int total, int iteration) {
            if (iteration < warmup) {
                return schedule.logarithmic()
                        ? 1.0 / StrictMath.log(warmup) * StrictMath.log(iteration + 1.0)
                        : (double) iteration / warmup;
            }
            return schedule.decays()
                    ? Math.max(0.0, (total - iteration) / Math.max(1.0, total - warmup))
                    : 1.0;
        }

        private LearningRates huggingFace(int warmup, Curve afterWarmup) {
            Curve factor =
                    done ->
                            done < warmup
                                    ? (double) done / Math.max(1, warmup)
                                    : afterWarmup.at(done);
            return new LearningRates(done -> peak * factor.at(done), 0);
        }
    }
}
