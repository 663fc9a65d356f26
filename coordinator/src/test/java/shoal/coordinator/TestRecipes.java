package shoal.coordinator;

import java.util.List;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.SelectionRecipe;
import shoal.recipe.UpdateRule;
import shoal.recipe.ZeroRecipe;

/** Recipes for tests, by what differs. */
public final class TestRecipes {
    /** Rows per step. */
    public static final int BATCH_ROWS = 4;

    public static final UpdateRule.Lamb LAMB = new UpdateRule.Lamb(true, 10, 0.01, false);

    private TestRecipes() {}

    /** The same, trained with Lamb. */
    public static Recipe withLamb(Recipe other) {
        return with(other, other.optimizer().with(LAMB), other.saving(), other.selection());
    }

    /** The same, trained with OneBitAdam. */
    public static Recipe withOneBitAdam(Recipe other, int freezeStep) {
        UpdateRule rule = new UpdateRule.OneBitAdam(freezeStep);
        return with(other, other.optimizer().with(rule), other.saving(), other.selection());
    }

    /** The same, trained with OneBitLamb. */
    public static Recipe withOneBitLamb(Recipe other, int freezeStep) {
        UpdateRule rule =
                new UpdateRule.OneBitLamb(
                        freezeStep,
                        new UpdateRule.Lamb(false, 10, 0.01, false),
                        0.9,
                        new UpdateRule.Factors(4, 0.5, 0.1));
        return with(other, other.optimizer().with(rule), other.saving(), other.selection());
    }

    /** So many steps, a log row and an evaluation every so many; 0 = never. */
    public static Recipe of(int steps, int logEvery, int evaluateEvery) {
        return of(steps, every(logEvery), every(evaluateEvery), 1.0);
    }

    /** The same, saved every so many steps. */
    public static Recipe saving(int steps, int logEvery, int evaluateEvery, int saveEvery) {
        return saving(of(steps, logEvery, evaluateEvery), every(saveEvery), SelectionRecipe.last());
    }

    /** The same, saved then, with a choice of the best. */
    public static Recipe saving(Recipe other, Cadence saving, SelectionRecipe selection) {
        return with(other, other.optimizer(), saving, selection);
    }

    private static Recipe with(
            Recipe other, OptimizerRecipe optimizer, Cadence saving, SelectionRecipe selection) {
        return new Recipe(
                other.batch(),
                other.length(),
                other.order(),
                optimizer,
                other.schedule(),
                other.labelSmoothing(),
                other.evaluation(),
                other.logging(),
                saving,
                selection,
                other.monitor(),
                other.zero(),
                other.maxSequenceLength(),
                other.labels(),
                other.outputDirectory(),
                other.notices());
    }

    public static Recipe of(int steps, Cadence logging, Cadence evaluation, double maxGradNorm) {
        BatchRecipe batch = new BatchRecipe(1, BATCH_ROWS, BATCH_ROWS, 1, 1, false);
        return of(batch, steps, logging, evaluation, maxGradNorm);
    }

    /** Two ranks, a log row at each of two steps and an evaluation after the last. */
    public static Recipe ofTwoRanks() {
        BatchRecipe batch = new BatchRecipe(2, BATCH_ROWS / 2, BATCH_ROWS, 1, 1, false);
        return of(batch, 2, every(1), every(2), 1.0);
    }

    private static Recipe of(
            BatchRecipe batch, int steps, Cadence logging, Cadence evaluation, double maxGradNorm) {
        return new Recipe(
                batch,
                new LengthRecipe(1, steps),
                new OrderRecipe(OrderRecipe.Sampling.SEQUENTIAL, 42, 42),
                new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0, maxGradNorm),
                new ScheduleRecipe.Linear(new ScheduleRecipe.WarmupLength(0, 0)),
                0,
                evaluation,
                logging,
                Cadence.never(),
                ZeroRecipe.none(),
                16,
                2,
                "output",
                List.of());
    }

    public static Cadence every(int steps) {
        return steps == 0 ? Cadence.never() : new Cadence(Cadence.Strategy.STEPS, steps, false);
    }
}
