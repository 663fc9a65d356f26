package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shoal.recipe.OrderRecipe;
import shoal.recipe.OrderRecipe.Sampling;

final class RowOrderTest {
    /** torch.randperm(10) of a CPU generator seeded 42, torch 2.7.1. */
    private static final int[] TEN_ROWS_SEED_42 = {2, 6, 1, 8, 4, 5, 0, 9, 3, 7};

    @Test
    void a_random_order_is_torch_randperm_of_the_seed() {
        int[] order = RowOrder.of(order(Sampling.RANDOM, 42), 10, 0);

        assertThat(order).containsExactly(TEN_ROWS_SEED_42);
    }

    @Test
    void each_epoch_adds_one_to_the_data_seed() {
        int[] order = RowOrder.of(order(Sampling.RANDOM, 40), 10, 2);

        assertThat(order).containsExactly(TEN_ROWS_SEED_42);
    }

    @Test
    void a_seed_beyond_32_bits_counts_by_its_low_bits_as_in_torch() {
        int[] order = RowOrder.of(order(Sampling.RANDOM, 42 + (7L << 32)), 10, 0);

        assertThat(order).containsExactly(TEN_ROWS_SEED_42);
    }

    @Test
    void a_sequential_order_is_the_file_order_in_every_epoch() {
        int[] order = RowOrder.of(order(Sampling.SEQUENTIAL, 42), 4, 3);

        assertThat(order).containsExactly(0, 1, 2, 3);
    }

    @Test
    void no_rows_and_one_row_have_an_order() {
        assertThat(RowOrder.of(order(Sampling.RANDOM, 1), 0, 0)).isEmpty();
        assertThat(RowOrder.of(order(Sampling.RANDOM, 1), 1, 0)).containsExactly(0);
    }

    @Test
    void an_order_by_length_sorts_within_mega_batches_and_starts_with_the_longest_row() {
        int rows = 1_000;
        int[] lengths = IntStream.range(0, rows).map(row -> 1 + row * 7_919 % 192).toArray();

        int[] order = RowOrder.of(order(Sampling.GROUP_BY_LENGTH, 42), lengths, 16, 0);

        assertThat(Arrays.stream(order).sorted().toArray())
                .containsExactly(IntStream.range(0, rows).toArray());
        assertThat(lengths[order[0]]).isEqualTo(Arrays.stream(lengths).max().orElseThrow());
        int megaRows = 1_000 / (16 * 4) * 16;
        for (int head = megaRows; head < rows; head += megaRows) {
            for (int i = head + 2; i < Math.min(head + megaRows, rows); i++) {
                assertThat(lengths[order[i]]).isLessThanOrEqualTo(lengths[order[i - 1]]);
            }
        }
    }

    @Test
    void an_order_by_length_of_a_tiny_data_set_is_one_sorted_group() {
        int[] lengths = {3, 9, 5};

        int[] order = RowOrder.of(order(Sampling.GROUP_BY_LENGTH, 42), lengths, 16, 1);

        assertThat(order).containsExactly(1, 2, 0);
    }

    private static OrderRecipe order(Sampling sampling, long dataSeed) {
        return new OrderRecipe(sampling, 42, dataSeed);
    }
}
