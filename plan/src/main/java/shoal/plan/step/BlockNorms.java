package shoal.plan.step;

import java.nio.FloatBuffer;
import shoal.recipe.Limits;

/**
 * Squared norms of blocks, one double each.
 *
 * <p>Element i of a block goes into partial sum i mod 8, and the partial sums are added pairwise:
 * eight sums keep the adder busy, and the order is part of the arithmetic. Not for concurrent use.
 */
public final class BlockNorms {
    private static final int PARTIALS = 8;

    private final float[] block = new float[Limits.BLOCK_ELEMENTS];

    /** The squared norm of the block at an index; not finite if any element is not. */
    public double squared(FloatBuffer unit, int blockIndex) {
        unit.get(blockIndex * Limits.BLOCK_ELEMENTS, block);
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        for (int i = 0; i < block.length; i += PARTIALS) {
            s0 += (double) block[i] * block[i];
            s1 += (double) block[i + 1] * block[i + 1];
            s2 += (double) block[i + 2] * block[i + 2];
            s3 += (double) block[i + 3] * block[i + 3];
            s4 += (double) block[i + 4] * block[i + 4];
            s5 += (double) block[i + 5] * block[i + 5];
            s6 += (double) block[i + 6] * block[i + 6];
            s7 += (double) block[i + 7] * block[i + 7];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    /** The squared norms of all blocks. */
    public double[] all(FloatBuffer unit) {
        double[] norms = new double[unit.capacity() / Limits.BLOCK_ELEMENTS];
        for (int index = 0; index < norms.length; index++) {
            norms[index] = squared(unit, index);
        }
        return norms;
    }
}
