package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums of few rows of a wide table. */
final class SparseRowsTest {
    @Test
    void tokens_of_one_row_are_added_in_their_order() {
        float big = 1 << 24; // adding 1 to it is lost, so the order shows
        FloatBuffer gradient = FloatBuffer.wrap(new float[] {1, 1, big, 5, 1, 2, -big, 3});

        SparseRows rows = SparseRows.gather(gradient, 2, new int[] {7, 7, 2, 7});

        assertThat(rows.starts()).containsExactly(2, 7);
        assertThat(rows.values()).containsExactly(1, 2, (1 + big) + -big, 9);
    }

    @Test
    void a_row_of_one_side_is_kept_and_a_row_of_both_is_added() {
        SparseRows left = new SparseRows(2, new int[] {1, 5}, new float[] {1, 2, -0f, 4});
        SparseRows right = new SparseRows(2, new int[] {0, 1, 9}, new float[] {5, 6, 7, 8, 9, 10});

        SparseRows sum = SparseRows.sum(left, right);

        assertThat(sum.starts()).containsExactly(0, 1, 5, 9);
        assertThat(sum.values()).containsExactly(5, 6, 8, 10, -0f, 4, 9, 10);
    }

    @Test
    void the_rows_of_a_range_are_whole_also_where_it_cuts_them() {
        SparseRows rows =
                new SparseRows(3, new int[] {0, 4, 9}, new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

        assertThat(rows.touching(6, 9).starts()).containsExactly(4);
        assertThat(rows.touching(6, 10).values()).containsExactly(4, 5, 6, 7, 8, 9);
        assertThat(rows.touching(7, 9).rows()).isZero();
        assertThat(rows.touching(12, 20).rows()).isZero();
    }

    @Test
    void a_token_counts_in_every_table_that_it_read() {
        FloatBuffer gradient = FloatBuffer.wrap(new float[] {1, 2, 3});

        SparseRows rows =
                SparseRows.gather(gradient, 1, new int[] {4, 0, 4}, new int[] {10, 11, 10});

        assertThat(rows.starts()).containsExactly(0, 4, 10, 11);
        assertThat(rows.values()).containsExactly(2, 4, 4, 2);
    }

    @Test
    void parts_joined_are_the_rows_they_were_cut_from() {
        SparseRows rows = new SparseRows(2, new int[] {0, 4, 9}, new float[] {1, 2, 3, 4, 5, 6});

        SparseRows joined = SparseRows.join(2, List.of(rows.part(0, 1), rows.part(1, 3)));

        assertThat(joined.starts()).isEqualTo(rows.starts());
        assertThat(joined.values()).isEqualTo(rows.values());
        assertThat(SparseRows.join(2, List.of()).rows()).isZero();
    }
}
