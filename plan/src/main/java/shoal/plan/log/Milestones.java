package shoal.plan.log;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Cadence;
import shoal.recipe.Cadence.Strategy;
import shoal.recipe.Recipe;
import shoal.recipe.Require;

/**
 * When a run logs, evaluates and saves: HF's DefaultFlowCallback (transformers 4.57.6
 * trainer_callback.py) as its Trainer calls it (trainer.py, _inner_training_loop and
 * _maybe_log_save_evaluate).
 *
 * <ul>
 *   <li>At the end of a step what goes by steps happens: log, evaluate, save, in this order.
 *   <li>Then, if the step ends an epoch or the run, what goes by epochs, in the same order; except
 *       that a step is logged at most once.
 *   <li>Saving by steps also saves after the last step. Nothing else is special about it: an
 *       evaluation after training is the caller's wish, not this rule's.
 *   <li>A number of steps below 1 is a share of all steps, rounded up.
 *   <li>A run that stops early ends its epoch there.
 *   <li>Before the first step there is an evaluation, if the recipe starts with one. Saving the
 *       best is no milestone of a step: an evaluation decides ({@link Selection}).
 * </ul>
 */
public final class Milestones {
    private final TrainingPlan plan;
    private final Cadence logging;
    private final Cadence evaluation;
    private final Cadence saving;

    private Milestones(Recipe recipe, TrainingPlan plan) {
        this.plan = requireNonNull(plan, "plan");
        this.logging = recipe.logging();
        this.evaluation = recipe.evaluation();
        this.saving = recipe.saving();
    }

    public static Milestones of(Recipe recipe, TrainingPlan plan) {
        return new Milestones(recipe, plan);
    }

    /** What happens after this step, in order; an element occurs at most once. */
    public List<Milestone> after(int step) {
        return after(step, plan.endsEpoch(step));
    }

    /** The same after the step at which an evaluation ended the run early. */
    public List<Milestone> afterLast(int step) {
        return after(step, true);
    }

    /** What happens before the first step. */
    public List<Milestone> beforeFirst() {
        return evaluation.atStart() ? List.of(Milestone.EVALUATE) : List.of();
    }

    private List<Milestone> after(int step, boolean endsEpoch) {
        Require.range("step", step, 1, plan.steps());
        Set<Milestone> byStep = byStep(step);
        List<Milestone> result = new ArrayList<>(byStep);
        Set<Milestone> byEpoch = endsEpoch ? byEpoch(step) : EnumSet.noneOf(Milestone.class);
        byEpoch.stream().filter(one -> !byStep.contains(one)).forEach(result::add);
        return List.copyOf(result);
    }

    public boolean logsAfter(int step) {
        return after(step).contains(Milestone.LOG);
    }

    public boolean evaluatesAfter(int step) {
        return after(step).contains(Milestone.EVALUATE);
    }

    public boolean savesAfter(int step) {
        return after(step).contains(Milestone.SAVE);
    }

    /** HF's logging_steps of trainer_state.json, a share of all steps resolved. */
    public int loggingSteps() {
        return stride(logging);
    }

    /** HF's eval_steps of trainer_state.json, a share of all steps resolved. */
    public int evaluationSteps() {
        return stride(evaluation);
    }

    /** HF's save_steps of trainer_state.json, a share of all steps resolved. */
    public int savingSteps() {
        return stride(saving);
    }

    private Set<Milestone> byStep(int step) {
        Set<Milestone> found = EnumSet.noneOf(Milestone.class);
        if (isDue(logging, step) || (step == 1 && logging.atFirstStep())) {
            found.add(Milestone.LOG);
        }
        if (isDue(evaluation, step) && evaluation.delay() <= step) {
            found.add(Milestone.EVALUATE);
        }
        if (isDue(saving, step) || (step == plan.steps() && bySteps(saving))) {
            found.add(Milestone.SAVE);
        }
        return found;
    }

    private Set<Milestone> byEpoch(int step) {
        Set<Milestone> found = EnumSet.noneOf(Milestone.class);
        if (logging.strategy() == Strategy.EPOCH) {
            found.add(Milestone.LOG);
        }
        if (evaluation.strategy() == Strategy.EPOCH
                && evaluation.delay() <= plan.epochAfter(step)) {
            found.add(Milestone.EVALUATE);
        }
        if (saving.strategy() == Strategy.EPOCH) {
            found.add(Milestone.SAVE);
        }
        return found;
    }

    private boolean isDue(Cadence cadence, int step) {
        return bySteps(cadence) && step % stride(cadence) == 0;
    }

    private static boolean bySteps(Cadence cadence) {
        return cadence.strategy() == Strategy.STEPS;
    }

    /** TrainerState.compute_steps; 0 where the cadence does not go by steps. */
    private int stride(Cadence cadence) {
        if (!bySteps(cadence)) {
            return 0;
        }
        return (int)
                (cadence.steps() < 1 ? Math.ceil(plan.steps() * cadence.steps()) : cadence.steps());
    }
}
