package shoal.plan;

import java.util.List;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ScheduleRecipe.Linear;
import shoal.recipe.ScheduleRecipe.WarmupLength;
import shoal.recipe.ZeroRecipe;

/** Recipes for tests: a plain one, and it with one part replaced. */
public record TestRecipes(Recipe recipe) {
    /** One rank, 8 rows per device, sequential, linear to 0 from 1e-3, one epoch, no cadence. */
    public static TestRecipes plain() {
        return new TestRecipes(
                new Recipe(
                        new BatchRecipe(1, 8, 8, 1, 2, false),
                        new LengthRecipe(1, -1),
                        new OrderRecipe(Sampling.SEQUENTIAL, 42, 42),
                        new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0, 1),
                        new Linear(new WarmupLength(0, 0)),
                        0,
                        Cadence.never(),
                        Cadence.never(),
                        Cadence.never(),
                        ZeroRecipe.none(),
                        192,
                        2,
                        "output",
                        List.of()));
    }

    public TestRecipes with(BatchRecipe batch) {
        return of(batch, recipe.length(), recipe.order(), recipe.optimizer(), recipe.schedule());
    }

    public TestRecipes with(LengthRecipe length) {
        return of(recipe.batch(), length, recipe.order(), recipe.optimizer(), recipe.schedule());
    }

    public TestRecipes with(OrderRecipe order) {
        return of(recipe.batch(), recipe.length(), order, recipe.optimizer(), recipe.schedule());
    }

    public TestRecipes with(OptimizerRecipe optimizer) {
        return of(recipe.batch(), recipe.length(), recipe.order(), optimizer, recipe.schedule());
    }

    public TestRecipes with(ScheduleRecipe schedule) {
        return of(recipe.batch(), recipe.length(), recipe.order(), recipe.optimizer(), schedule);
    }

    public TestRecipes with(ZeroRecipe zero) {
        return of(recipe.evaluation(), recipe.logging(), recipe.saving(), zero);
    }

    public TestRecipes logging(Cadence logging) {
        return of(recipe.evaluation(), logging, recipe.saving(), recipe.zero());
    }

    public TestRecipes evaluation(Cadence evaluation) {
        return of(evaluation, recipe.logging(), recipe.saving(), recipe.zero());
    }

    public TestRecipes saving(Cadence saving) {
        return of(recipe.evaluation(), recipe.logging(), saving, recipe.zero());
    }

    private TestRecipes of(
            BatchRecipe batch,
            LengthRecipe length,
            OrderRecipe order,
            OptimizerRecipe optimizer,
            ScheduleRecipe schedule) {
        return new TestRecipes(
                new Recipe(
                        batch,
                        length,
                        order,
                        optimizer,
                        schedule,
                        recipe.labelSmoothing(),
                        recipe.evaluation(),
                        recipe.logging(),
                        recipe.saving(),
                        recipe.zero(),
                        recipe.maxSequenceLength(),
                        recipe.labels(),
                        recipe.outputDirectory(),
                        recipe.notices()));
    }

    private TestRecipes of(Cadence evaluation, Cadence logging, Cadence saving, ZeroRecipe zero) {
        return new TestRecipes(
                new Recipe(
                        recipe.batch(),
                        recipe.length(),
                        recipe.order(),
                        recipe.optimizer(),
                        recipe.schedule(),
                        recipe.labelSmoothing(),
                        evaluation,
                        logging,
                        saving,
                        zero,
                        recipe.maxSequenceLength(),
                        recipe.labels(),
                        recipe.outputDirectory(),
                        recipe.notices()));
    }
}
