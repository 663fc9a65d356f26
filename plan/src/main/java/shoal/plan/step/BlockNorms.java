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
        return squared(block, 0, block.length);
    }

    /**
     * The squared norm of a part of a block.
     *
     * @param block all of its elements
     * @param from index of the first element of the part
     * @param to index after its last one
     */
    public static double squared(float[] block, int from, int to) {
        double[] sums = new double[PARTIALS];
        int head = Math.min(to, (from + PARTIALS - 1) / PARTIALS * PARTIALS);
        int tail = Math.max(head, to / PARTIALS * PARTIALS);
        add(block, from, head, sums);
        addWhole(block, head, tail, sums);
        add(block, tail, to, sums);
        return ((sums[0] + sums[1]) + (sums[2] + sums[3]))
                + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }

    private static void add(float[] block, int from, int to, double[] sums) {
        for (int i = from; i < to; i++) {
            sums[i % PARTIALS] += (double) block[i] * block[i];
        }
    }

    /** The same from and to a multiple of eight; sums in registers. */
    private static void addWhole(float[] block, int from, int to, double[] sums) {
        double s0 = sums[0];
        double s1 = sums[1];
        double s2 = sums[2];
        double s3 = sums[3];
        double s4 = sums[4];
        double s5 = sums[5];
        double s6 = sums[6];
        double s7 = sums[7];
        for (int i = from; i < to; i += PARTIALS) {
            s0 += (double) block[i] * block[i];
            s1 += (double) block[i + 1] * block[i + 1];
            s2 += (double) block[i + 2] * block[i + 2];
            s3 += (double) block[i + 3] * block[i + 3];
            s4 += (double) block[i + 4] * block[i + 4];
            s5 += (double) block[i + 5] * block[i + 5];
            s6 += (double) block[i + 6] * block[i + 6];
            s7 += (double) block[i + 7] * block[i + 7];
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        sums[4] = s4;
        sums[5] = s5;
        sums[6] = s6;
        sums[7] = s7;
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
