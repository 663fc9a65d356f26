package shoal.engine.djl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import shoal.engine.Compression;
import shoal.plan.step.BlockNorms;
import shoal.recipe.Limits;

/**
 * One block compressed to a scale and a sign for each element, with the arithmetic of DeepSpeed's
 * compressed_allreduce (0.19.6 runtime/comm/compressed.py) on the elements that take part:
 *
 * <pre>
 *   scale = norm(values) / sqrt(count)
 *   sent  = values >= 0 ? scale : -scale
 *   error = values - sent
 * </pre>
 *
 * <p>Every operation is one fp32 rounding but for the norm, which is added in doubles.
 */
final class OneBitBlock {
    static final int ELEMENTS = Limits.BLOCK_ELEMENTS;
    static final int BYTES = Compression.BLOCK_WORDS * Integer.BYTES;

    private OneBitBlock() {}

    /** Room for so many packed blocks. */
    static ByteBuffer room(long blocks) {
        return ByteBuffer.allocate(Math.toIntExact(Math.multiplyExact(blocks, BYTES)))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Packs a block.
     *
     * @param values to be sent; what was left out when this returns
     * @param seconds second moments; elements with 0 take no part
     * @param packed takes {@link #BYTES} at its index {@code at}
     */
    static void compress(float[] values, float[] seconds, ByteBuffer packed, int at) {
        int count = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            boolean present = seconds[i] > 0;
            count += present ? 1 : 0;
            values[i] = present ? values[i] : 0;
        }
        double squares = BlockNorms.squared(values, 0, ELEMENTS);
        float scale = count == 0 ? 0 : (float) Math.sqrt(squares / count);
        packed.putFloat(at, scale);
        for (int word = 0; word < ELEMENTS / Integer.SIZE; word++) {
            int bits = 0;
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                int i = word * Integer.SIZE + bit;
                boolean positive = values[i] >= 0;
                bits |= positive ? 1 << bit : 0;
                float sent = positive ? scale : -scale;
                values[i] = seconds[i] > 0 ? values[i] - sent : 0;
            }
            packed.putInt(at + (1 + word) * Integer.BYTES, bits);
        }
    }

    /**
     * Adds a packed block.
     *
     * @param factor of the scale
     * @param sums of all blocks added before; elements that take no part get values too
     */
    static void addTo(float[] sums, ByteBuffer packed, int at, float factor) {
        float scale = packed.getFloat(at) * factor;
        for (int word = 0; word < ELEMENTS / Integer.SIZE; word++) {
            int bits = packed.getInt(at + (1 + word) * Integer.BYTES);
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                boolean positive = (bits >>> bit & 1) != 0;
                sums[word * Integer.SIZE + bit] += positive ? scale : -scale;
            }
        }
    }
}
