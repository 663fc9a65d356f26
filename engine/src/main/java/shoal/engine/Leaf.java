package shoal.engine;

import java.util.List;
import shoal.plan.step.LeafPath;
import shoal.recipe.Require;

/**
 * A leaf of the reduction tree: the rows that one lane computes at a time.
 *
 * @param rank logical rank
 * @param round index of the micro-batch within the step and rank
 * @param slice index within the micro-batch
 * @param rows never empty: an empty leaf is absent
 */
public record Leaf(int rank, int round, int slice, List<RowInput> rows) {
    public Leaf {
        Require.atLeast("rank", rank, 0);
        Require.atLeast("round", round, 0);
        Require.atLeast("slice", slice, 0);
        rows = List.copyOf(rows);
        Require.atLeast("rows.size", rows.size(), 1);
    }

    public LeafPath path() {
        return new LeafPath(rank, round, slice);
    }
}
