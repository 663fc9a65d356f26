package shoal.plan.shard;

import java.util.List;
import java.util.stream.IntStream;
import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Which worker of a generation has which logical ranks, where ranks are kept whole: runs of nearly
 * as many ranks, in the order of workers, the same in every step.
 *
 * @param ranks of the recipe
 * @param workers of the generation, at most as many
 */
public record RankMap(int ranks, int workers) {
    public RankMap {
        Require.range("ranks", ranks, 1, Limits.RANKS);
        Require.range("workers", workers, 1, ranks);
    }

    /** A worker's first rank; for the number of workers, the number of ranks. */
    public int first(int worker) {
        Require.range("worker", worker, 0, workers);
        return (int) ((long) ranks * worker / workers);
    }

    /** The ranks of a worker, at least one, ascending. */
    public List<Integer> of(int worker) {
        return IntStream.range(first(worker), first(worker + 1)).boxed().toList();
    }

    /** The worker that has a rank. */
    public int worker(int rank) {
        Require.range("rank", rank, 0, ranks - 1.0);
        return (int) ((Math.multiplyExact(rank + 1L, workers) - 1) / ranks);
    }
}
