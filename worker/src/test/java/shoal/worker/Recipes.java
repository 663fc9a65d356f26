package shoal.worker;

import java.util.List;
import shoal.recipe.BatchRecipe;
import shoal.recipe.Cadence;
import shoal.recipe.LengthRecipe;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.OrderRecipe;
import shoal.recipe.Recipe;
import shoal.recipe.ScheduleRecipe;
import shoal.recipe.ZeroRecipe;

/** Recipes for tests. */
public final class Recipes {
    private Recipes() {}

    /** Batches of 8 rows in 2 slices, 2 rounds a step, 2 epochs; as many labels as the data. */
    public static Recipe small() {
        return with(16, 0);
    }

    /** The same with another length and number of labels. */
    public static Recipe with(int maxSequenceLength, int labels) {
        return new Recipe(
                new BatchRecipe(1, 8, 40, 2, 2, false),
                new LengthRecipe(2, -1),
                new OrderRecipe(OrderRecipe.Sampling.RANDOM, 42, 42),
                new OptimizerRecipe(1e-3, 0.9, 0.999, 1e-8, 0.01, 1),
                new ScheduleRecipe.Linear(new ScheduleRecipe.WarmupLength(0, 0.1)),
                0,
                Cadence.never(),
                Cadence.never(),
                Cadence.never(),
                ZeroRecipe.none(),
                maxSequenceLength,
                labels,
                "output",
                List.of());
    }
}
