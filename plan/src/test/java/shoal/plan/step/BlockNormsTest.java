package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;

final class BlockNormsTest {
    private static final float[] BLOCK = block();

    @Test
    void a_part_adds_element_i_to_partial_sum_i_mod_8_wherever_it_begins_and_ends() {
        for (int from = 0; from < 20; from++) {
            for (int to = from; to < 45; to++) {
                assertThat(BlockNorms.squared(BLOCK, from, to))
                        .as("%s to %s", from, to)
                        .isEqualTo(plainly(from, to));
            }
        }
    }

    @Test
    void a_block_is_its_own_largest_part() {
        float[] two = new float[2 * BLOCK.length];
        System.arraycopy(BLOCK, 0, two, BLOCK.length, BLOCK.length);

        assertThat(new BlockNorms().all(FloatBuffer.wrap(two)))
                .containsExactly(0, plainly(0, BLOCK.length));
    }

    private static double plainly(int from, int to) {
        double[] sums = new double[8];
        for (int i = from; i < to; i++) {
            sums[i % 8] += (double) BLOCK[i] * BLOCK[i];
        }
        return ((sums[0] + sums[1]) + (sums[2] + sums[3]))
                + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }

    private static float[] block() {
        Random random = new Random(1);
        float[] values = new float[Limits.BLOCK_ELEMENTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(20));
        }
        return values;
    }
}
