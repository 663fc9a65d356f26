package shoal.worker.shard;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import shoal.engine.ElementRange;
import shoal.engine.Holding;
import shoal.model.ParameterTable;
import shoal.model.StateKind;
import shoal.model.Unit;
import shoal.plan.shard.BlockRange;
import shoal.plan.shard.RankMap;
import shoal.plan.shard.ShardMap;
import shoal.recipe.Require;

/**
 * One worker's place among those of a generation, and what follows from it.
 *
 * @param index its place, from 0
 * @param map who owns what
 * @param stage ZeRO stage of the run
 * @param ranks who has which ranks, where momentum of ranks is compressed
 */
public record Member(
        int index, ParameterTable table, ShardMap map, int stage, Optional<RankMap> ranks) {
    public Member {
        requireNonNull(table, "table");
        requireNonNull(map, "map");
        Require.range("index", index, 0, map.workers() - 1.0);
        Require.range("stage", stage, 0, 3);
        requireNonNull(ranks, "ranks");
    }

    /** A worker of a run that compresses nothing. */
    public Member(int index, ParameterTable table, ShardMap map, int stage) {
        this(index, table, map, stage, Optional.empty());
    }

    public int workers() {
        return map.workers();
    }

    /** What its engine keeps. */
    public Holding holding() {
        return new Holding(
                stage,
                table.units().stream().map(unit -> owned(unit.index(), index)).toList(),
                ranks.map(map -> map.of(index)).orElse(List.of()));
    }

    /** The elements of a unit that this worker speaks for in a checkpoint. */
    ElementRange saved(StateKind kind, int unit) {
        if (kind.rank().isEmpty()) {
            return owned(unit);
        }
        boolean here = ranks.orElseThrow().worker(kind.rank().getAsInt()) == index;
        return here ? Holding.whole(unit(unit)) : new ElementRange(0, 0);
    }

    /** The elements of a unit that a worker owns. */
    public ElementRange owned(int unit, int worker) {
        BlockRange range = map.range(unit, worker);
        return new ElementRange(range.firstElement(), range.endElement());
    }

    /** The elements of a unit that this worker owns. */
    public ElementRange owned(int unit) {
        return owned(unit, index);
    }

    /** The elements of a unit whose reduced gradient a worker needs. */
    ElementRange updated(int unit, int worker) {
        return stage == 0 ? Holding.whole(unit(unit)) : owned(unit, worker);
    }

    /** Elements of a row of the embeddings. */
    int width() {
        return unit(0).parameters().get(0).shape().get(1);
    }

    Unit unit(int index) {
        return table.units().get(index);
    }

    int units() {
        return table.units().size();
    }
}
