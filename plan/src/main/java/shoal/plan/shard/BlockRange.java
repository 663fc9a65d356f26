package shoal.plan.shard;

import shoal.recipe.Limits;
import shoal.recipe.Require;

/**
 * Consecutive blocks of one unit; may be empty.
 *
 * @param unit index of the unit
 * @param from first block
 * @param to the block after the last one
 */
public record BlockRange(int unit, long from, long to) {
    public BlockRange {
        Require.atLeast("unit", unit, 0);
        Require.atLeast("from", from, 0);
        Require.atLeast("to", to, from);
    }

    public boolean isEmpty() {
        return from == to;
    }

    public long blocks() {
        return to - from;
    }

    /** Place of its first element in the unit. */
    public long firstElement() {
        return from * Limits.BLOCK_ELEMENTS;
    }

    /** Place of the element after its last one. */
    public long endElement() {
        return to * Limits.BLOCK_ELEMENTS;
    }
}
