package shoal.plan.shard;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import shoal.model.ParameterTable;
import shoal.model.Unit;
import shoal.recipe.Require;
import shoal.recipe.Sha256;

/**
 * Who owns which blocks in one generation of a run: every unit is cut evenly over the workers, by
 * blocks, in the order of their indices (docs/design.md, section 4).
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Every block of every unit has exactly one owner.
 *   <li>Within a unit two workers' ranges differ by at most one block.
 *   <li>It is the same in every stage, which decides only what an owner keeps for itself.
 * </ul>
 *
 * @param unitBlocks blocks of each unit, in unit order
 * @param workers of the generation
 */
public record ShardMap(List<Long> unitBlocks, int workers) {
    public ShardMap {
        unitBlocks = List.copyOf(unitBlocks);
        Require.atLeast("unitBlocks.size", unitBlocks.size(), 1);
        for (long blocks : unitBlocks) {
            Require.atLeast("blocks", blocks, 0);
        }
        Require.atLeast("workers", workers, 1);
    }

    public static ShardMap of(ParameterTable table, int workers) {
        return new ShardMap(table.units().stream().map(Unit::blocks).toList(), workers);
    }

    /** What a worker owns of a unit. */
    public BlockRange range(int unit, int worker) {
        Require.range("worker", worker, 0, workers - 1.0);
        return new BlockRange(unit, cut(unit, worker), cut(unit, worker + 1));
    }

    /** What a worker owns, by unit; empty ranges are left out. */
    public List<BlockRange> ranges(int worker) {
        return IntStream.range(0, unitBlocks.size())
                .mapToObj(unit -> range(unit, worker))
                .filter(range -> !range.isEmpty())
                .toList();
    }

    /** The worker that owns a block. */
    public int owner(int unit, long block) {
        Require.atLeast("block", block, 0);
        Require.atLeast("blocks", unitBlocks.get(unit), block + 1);
        return (int) ((Math.multiplyExact(block + 1, workers) - 1) / unitBlocks.get(unit));
    }

    /** SHA-256 of the map, by which two processes find out that they have the same one. */
    public byte[] hash() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + unitBlocks.size() * Long.BYTES);
        bytes.putInt(workers);
        unitBlocks.forEach(bytes::putLong);
        return Sha256.digest().digest(bytes.array());
    }

    /** The first block of a worker; for the one after the last, the unit's end. */
    private long cut(int unit, int worker) {
        return Math.multiplyExact(unitBlocks.get(unit), worker) / workers;
    }
}
