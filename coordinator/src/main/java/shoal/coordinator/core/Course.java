package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import shoal.plan.log.CommittedStep;
import shoal.plan.log.LogRow;
import shoal.plan.log.Milestone;
import shoal.plan.log.Milestones;
import shoal.plan.log.SummaryRows;
import shoal.plan.log.TrainingLog;
import shoal.plan.metric.EvaluationResult;
import shoal.plan.metric.EvaluationTally;
import shoal.plan.scale.Skips;
import shoal.plan.schedule.LearningRates;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Cadence;
import shoal.recipe.LossScaling;
import shoal.recipe.Recipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.UserException;

/**
 * What a run will do, step by step: its recipe applied to the rows that its files have.
 *
 * <p>Immutable. Two courses are equal if their recipe and facts are.
 */
public final class Course {
    private final Recipe recipe;
    private final LoadFacts facts;
    private final TrainingPlan plan;
    private final LearningRates rates;
    private final Milestones milestones;

    private Course(Recipe recipe, LoadFacts facts) {
        this.recipe = requireNonNull(recipe, "recipe");
        this.facts = requireNonNull(facts, "facts");
        this.plan = TrainingPlan.of(recipe, facts.trainRows());
        this.rates = LearningRates.of(recipe, plan);
        this.milestones = Milestones.of(recipe, plan);
    }

    /**
     * The course of a run.
     *
     * @throws UserException when not a single step is possible
     */
    public static Course of(Recipe recipe, LoadFacts facts) {
        return new Course(recipe, facts);
    }

    public Recipe recipe() {
        return recipe;
    }

    public LoadFacts facts() {
        return facts;
    }

    public TrainingPlan plan() {
        return plan;
    }

    public Milestones milestones() {
        return milestones;
    }

    public int steps() {
        return plan.steps();
    }

    /**
     * Checks that a run which goes on after this step has come no further than its last one.
     *
     * @throws UserException with what to do
     */
    void requireStep(int step) {
        if (step > steps()) {
            throw new UserException(
                    "resume",
                    "is of step "
                            + step
                            + ", but the run has "
                            + steps()
                            + " steps. Give it more, or start from an earlier checkpoint");
        }
    }

    /** HF's epoch at a step's end; 0 before the first. */
    public double epochAfter(int step) {
        return step == 0 ? 0 : plan.epochAfter(step);
    }

    /**
     * The decision about a reduced step: clip = min(1, max_norm / (norm + 1e-6)) as
     * torch.nn.utils.clip_grad_norm_ has it, and 1 where the recipe does not clip. Where ranks
     * compress, the norm is the mean of their gradients' norms (deepspeed 0.19.6 runtime/utils.py,
     * clip_grad_norm_). With a loss scale, the clip undoes it too: {@link LossScaling} says by
     * which step's scale.
     *
     * @param before this step
     */
    Commit commit(int step, StepTotal total, Skips before) {
        LossScaling scaling = recipe.precision().scaling();
        double scaled =
                recipe.optimizer().rule().compresses(step)
                        ? total.squares() / recipe.batch().ranks()
                        : StrictMath.sqrt(total.squares());
        double used = before.scale().scale();
        double undone =
                scaling.unscalesByNext() ? before.scale().after(scaling, false).scale() : used;
        double maxNorm = recipe.optimizer().maxGradNorm();
        double clip = maxNorm == 0 ? 1 : Math.min(1, maxNorm / (scaled / undone + 1e-6));
        return new Commit(
                step,
                clip / undone,
                rates.used(before.updates(step - 1)),
                total.loss(),
                scaled / used,
                total.tokens(),
                total.flos());
    }

    /** The decision about a step whose gradient is not finite, where such steps are skipped. */
    Commit skip(int step, StepTotal total, Skips before) {
        return new Commit(
                step,
                1,
                rates.used(before.updates(step - 1)),
                total.loss(),
                Double.POSITIVE_INFINITY,
                total.tokens(),
                total.flos(),
                List.of(),
                true);
    }

    /**
     * Why a step cannot be committed with the rate that its schedule gives; empty if it can.
     *
     * @param before this step
     */
    Optional<String> rateProblem(int step, Skips before) {
        double rate = rates.used(before.updates(step - 1));
        return rate >= 0 && rate <= Commit.MOST_RATE
                ? Optional.empty()
                : Optional.of(
                        "the learning rate of step "
                                + step
                                + " is "
                                + rate
                                + ", expected 0 to "
                                + Commit.MOST_RATE
                                + ". Correct the schedule or its rates");
    }

    /** Whether there is something to do in a step between its reduction and its commit. */
    boolean measures(int step) {
        UpdateRule rule = recipe.optimizer().rule();
        return rule.measures() || rule.compresses(step);
    }

    /** A step's decision once its update is measured. */
    Commit measured(Measuring measuring) {
        return recipe.optimizer()
                .rule()
                .accept(
                        new UpdateRule.Handler<>() {
                            @Override
                            public Commit adamW(UpdateRule.AdamW rule) {
                                return measuring.drafted();
                            }

                            @Override
                            public Commit adam(UpdateRule.Adam rule) {
                                return measuring.drafted();
                            }

                            @Override
                            public Commit adamThenDecay(UpdateRule.AdamThenDecay rule) {
                                return measuring.drafted();
                            }

                            @Override
                            public Commit lamb(UpdateRule.Lamb rule) {
                                return measuring.commit(rule);
                            }

                            @Override
                            public Commit oneBitAdam(UpdateRule.OneBitAdam rule) {
                                return measuring.drafted();
                            }

                            @Override
                            public Commit oneBitLamb(UpdateRule.OneBitLamb rule) {
                                return measuring.commit(rule);
                            }
                        });
    }

    /** What is due after a step, in order; no evaluation where there are no rows for it. */
    List<Milestone> dueAfter(int step) {
        return milestones.after(step).stream()
                .filter(one -> one != Milestone.EVALUATE || facts.evaluationRows() > 0)
                .toList();
    }

    /** What is due before the first step. */
    List<Milestone> dueBeforeFirst() {
        return facts.evaluationRows() > 0 ? milestones.beforeFirst() : List.of();
    }

    /** What is due besides {@link #dueAfter} when an evaluation ended the run at this step. */
    List<Milestone> dueOnStop(int step) {
        List<Milestone> usual = milestones.after(step);
        return milestones.afterLast(step).stream().filter(one -> !usual.contains(one)).toList();
    }

    /** What is still due after the checkpoint that this ledger is of. */
    List<Milestone> dueAfterSave(Ledger saved) {
        int step = saved.step();
        List<Milestone> all = new ArrayList<>(dueAfter(step));
        if (saved.selection().stopped()) {
            all.addAll(dueOnStop(step));
        }
        // With "best" a checkpoint belongs to the evaluation before it.
        boolean best = recipe.saving().strategy() == Cadence.Strategy.BEST;
        int done = all.indexOf(best ? Milestone.EVALUATE : Milestone.SAVE);
        return done < 0 ? List.of() : all.subList(done + 1, all.size());
    }

    /**
     * How the log sees a commit.
     *
     * @param before the step
     * @param after it
     */
    CommittedStep logged(Commit commit, Skips before, Skips after) {
        OptionalDouble norm =
                recipe.optimizer().maxGradNorm() == 0
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(commit.norm());
        double rate = rates.logged(before.updates(commit.step() - 1), after.updates(commit.step()));
        return new CommittedStep(commit.step(), commit.loss(), norm, rate, commit.flos());
    }

    /** An evaluation by so many workers, of which no row has come. */
    EvaluationRound evaluationRound(int workers) {
        return EvaluationRound.begin(
                EvaluationDeal.of(
                        facts.evaluationRows(), recipe.batch().evaluationRowsPerDevice(), workers),
                new EvaluationTally(facts.labels()));
    }

    LogRow evaluationRow(EvaluationResult result, double seconds, int step) {
        long batchRows = (long) recipe.batch().evaluationRowsPerDevice() * recipe.batch().ranks();
        return SummaryRows.evaluation(
                result, seconds, batchRows, new SummaryRows.Place(epochAfter(step), step));
    }

    LogRow trainingRow(TrainingLog log, double seconds) {
        return SummaryRows.training(log, plan, seconds);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Course course
                && recipe.equals(course.recipe)
                && facts.equals(course.facts);
    }

    @Override
    public int hashCode() {
        return recipe.hashCode() * 31 + facts.hashCode();
    }

    @Override
    public String toString() {
        return "Course[steps=" + steps() + ", facts=" + facts + "]";
    }
}
