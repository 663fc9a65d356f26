package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.IntBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Masks keep the right share, and streams of neighbouring keys have nothing to do with each other.
 *
 * <p>Bounds are of the normal distribution: with a fixed seed nothing here is left to chance.
 */
final class MaskStreamTest {
    private static final int ELEMENTS = 1 << 16;
    private static final int THRESHOLD = MaskStream.threshold(0.1);

    private final MaskStream stream = new MaskStream();

    @Test
    void the_share_of_kept_elements_is_one_minus_p() {
        double kept = 1 - THRESHOLD / 65_536.0;
        double squares = 0;
        int streams = 200;
        for (int row = 0; row < streams; row++) {
            boolean[] keeps = keeps(MaskStream.key(42, 1, row, 0, 0));
            squares += Math.pow(deviation(count(keeps), kept), 2);
        }

        // A sum of 200 squared normal deviates: 200 +- 20.
        assertThat(squares).isBetween(140.0, 260.0);
    }

    @Test
    void neighbouring_keys_agree_no_more_than_chance() {
        boolean[] mask = keeps(MaskStream.key(42, 1, 5, 2, 1));
        long[] neighbours = {
            MaskStream.key(43, 1, 5, 2, 1),
            MaskStream.key(42, 2, 5, 2, 1),
            MaskStream.key(42, 1, 6, 2, 1),
            MaskStream.key(42, 1, 5, 3, 1),
            MaskStream.key(42, 1, 5, 2, 2),
            MaskStream.key(42, 1, 5, 2, 0)
        };
        double kept = 1 - THRESHOLD / 65_536.0;
        for (long key : neighbours) {
            boolean[] other = keeps(key);
            int both = 0;
            for (int i = 0; i < ELEMENTS; i++) {
                both += mask[i] && other[i] ? 1 : 0;
            }
            assertThat(Math.abs(deviation(both, kept * kept))).isLessThan(4);
        }
    }

    @Test
    void an_element_does_not_predict_a_later_one() {
        boolean[] mask = keeps(MaskStream.key(42, 1, 5, 2, 1));
        double kept = 1 - THRESHOLD / 65_536.0;
        for (int lag : new int[] {1, 2, 3, 8, 16, 64, 256, 1_024, 2_048, 4_096}) {
            int both = 0;
            for (int i = 0; i < ELEMENTS; i++) {
                both += mask[i] && mask[(i + lag) % ELEMENTS] ? 1 : 0;
            }
            assertThat(Math.abs(deviation(both, kept * kept))).as("lag " + lag).isLessThan(4);
        }
    }

    @Test
    void a_shorter_mask_is_the_start_of_a_longer_one() {
        long key = MaskStream.key(42, 7, 123, 3, 2);
        int[] longer = new int[5_000];
        int[] shorter = new int[3_333];

        stream.fill(IntBuffer.wrap(longer), 0, longer.length, key, THRESHOLD);
        stream.fill(IntBuffer.wrap(shorter), 0, shorter.length, key, THRESHOLD);

        assertThat(shorter).isEqualTo(Arrays.copyOf(longer, shorter.length));
    }

    @Test
    void values_are_pinned_so_that_no_change_goes_unseen() {
        int[] factors = new int[4_096];

        stream.fill(IntBuffer.wrap(factors), 0, 4_096, MaskStream.key(42, 1, 0, 0, 0), THRESHOLD);

        assertThat(MaskStream.key(42, 1, 0, 0, 0)).isEqualTo(PINNED_KEY);
        assertThat(Arrays.hashCode(factors)).isEqualTo(PINNED_HASH);
        assertThat(Float.intBitsToFloat(factors[0])).isIn(0f, MaskStream.keptFactor(THRESHOLD));
    }

    private static final long PINNED_KEY = 4488420693440655736L;
    private static final int PINNED_HASH = 1694276709;

    /** Standard deviations between a count and its expectation. */
    private static double deviation(int count, double share) {
        return (count - ELEMENTS * share) / Math.sqrt(ELEMENTS * share * (1 - share));
    }

    private boolean[] keeps(long key) {
        int[] factors = new int[ELEMENTS];
        stream.fill(IntBuffer.wrap(factors), 0, ELEMENTS, key, THRESHOLD);
        boolean[] keeps = new boolean[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            keeps[i] = factors[i] != 0;
        }
        return keeps;
    }

    private static int count(boolean[] keeps) {
        int count = 0;
        for (boolean keep : keeps) {
            count += keep ? 1 : 0;
        }
        return count;
    }
}
