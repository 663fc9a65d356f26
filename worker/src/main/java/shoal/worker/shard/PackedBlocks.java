package shoal.worker.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.engine.Compression;
import shoal.plan.shard.BlockRange;
import shoal.plan.step.ReductionTree.Node;
import shoal.recipe.Limits;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.RangeHeader;

/**
 * A run of blocks as they travel packed: at most {@link #MOST} of what one worker owns of a unit,
 * cut at multiples of that from where its range begins.
 *
 * @param unit index of the unit
 * @param first block
 * @param blocks at least 1
 */
record PackedBlocks(int unit, long first, int blocks) {
    /** Blocks of a frame. */
    static final int MOST = RangeHeader.PIECE_ELEMENTS / Compression.BLOCK_WORDS;

    private static final int BLOCK_BYTES = Compression.BLOCK_WORDS * Integer.BYTES;

    /** All of a range, in order. */
    static List<PackedBlocks> of(BlockRange range) {
        List<PackedBlocks> parts = new ArrayList<>();
        for (long at = range.from(); at < range.to(); at += MOST) {
            int blocks = (int) Math.min(MOST, range.to() - at);
            parts.add(new PackedBlocks(range.unit(), at, blocks));
        }
        return parts;
    }

    /** The blocks of a header that a peer sent. */
    static PackedBlocks of(RangeHeader header) {
        return new PackedBlocks(
                header.unit(),
                header.offsetElements() / Limits.BLOCK_ELEMENTS,
                header.elements() / Compression.BLOCK_WORDS);
    }

    /** Whether a header is one of the parts of a range. */
    static boolean isPart(RangeHeader header, BlockRange range) {
        PackedBlocks part = of(header);
        boolean whole =
                header.offsetElements() % Limits.BLOCK_ELEMENTS == 0
                        && header.elements() % Compression.BLOCK_WORDS == 0;
        return whole && of(range).contains(part);
    }

    /** The header under which they travel: those of a rank, or the mean of all ranks. */
    RangeHeader header(int step, Optional<Integer> rank) {
        return new RangeHeader(
                rank.isPresent() ? Kind.MOMENTUM_BITS : Kind.MEAN_BITS,
                step,
                step - 1,
                unit,
                Math.multiplyExact(first, (long) Limits.BLOCK_ELEMENTS),
                blocks * Compression.BLOCK_WORDS,
                rank.map(each -> new Node(each, each + 1)));
    }

    /** Their bytes among those of a whole unit. */
    ByteBuffer slice(ByteBuffer unit) {
        int at = Math.toIntExact(Math.multiplyExact(first, (long) BLOCK_BYTES));
        return unit.slice(at, blocks * BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The first block whose scale is not finite. */
    Optional<Long> nonFinite(ByteBuffer packed) {
        for (int block = 0; block < blocks; block++) {
            if (!Float.isFinite(packed.getFloat(block * BLOCK_BYTES))) {
                return Optional.of(first + block);
            }
        }
        return Optional.empty();
    }

    /** A copy that outlives what was lent. */
    static ByteBuffer copy(ByteBuffer lent) {
        ByteBuffer copy = ByteBuffer.allocate(lent.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(0, lent, lent.position(), lent.remaining());
        return copy;
    }
}
