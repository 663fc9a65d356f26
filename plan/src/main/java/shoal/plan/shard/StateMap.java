package shoal.plan.shard;

import static java.util.Objects.requireNonNull;

import shoal.model.StateKind;

/**
 * Which worker of a generation speaks for which state: the owner of its blocks, and for the error
 * of a rank's compression the worker that has the rank.
 *
 * @param shards who owns which blocks
 * @param ranks of the recipe
 */
public record StateMap(ShardMap shards, int ranks) {
    public StateMap {
        requireNonNull(shards, "shards");
    }

    /** What a worker speaks for of one kind of a unit. */
    public BlockRange range(StateKind kind, int unit, int worker) {
        if (kind.rank().isEmpty()) {
            return shards.range(unit, worker);
        }
        RankMap map = new RankMap(ranks, shards.workers());
        boolean has = map.worker(kind.rank().getAsInt()) == worker;
        return new BlockRange(unit, 0, has ? shards.unitBlocks().get(unit) : 0);
    }
}
