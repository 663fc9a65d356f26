package shoal.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Sums of few rows of a wide table. */
final class SparseRowsTest {
    @Test
    void tokens_of_one_row_are_added_in_their_order() {
        float big = 1 << 24; // adding 1 to it is lost, so the order shows
        FloatBuffer gradient = FloatBuffer.wrap(new float[] {1, 1, big, 5, 1, 2, -big, 3});

        SparseRows rows = SparseRows.gather(new int[] {7, 7, 2, 7}, gradient, 2);

        assertThat(rows.indices()).containsExactly(2, 7);
        assertThat(rows.values()).containsExactly(1, 2, (1 + big) + -big, 9);
    }

    @Test
    void a_row_of_one_side_is_kept_and_a_row_of_both_is_added() {
        SparseRows left = new SparseRows(2, new int[] {1, 5}, new float[] {1, 2, -0f, 4});
        SparseRows right = new SparseRows(2, new int[] {0, 1, 9}, new float[] {5, 6, 7, 8, 9, 10});

        SparseRows sum = SparseRows.sum(left, right);

        assertThat(sum.indices()).containsExactly(0, 1, 5, 9);
        assertThat(sum.values()).containsExactly(5, 6, 8, 10, -0f, 4, 9, 10);
    }
}
