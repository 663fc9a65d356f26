package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DealTest {
    @Test
    void each_row_joins_the_slice_that_costs_least_longest_row_first() {
        List<int[]> slices = Deal.slices(new int[] {10, 100, 60, 50, 11, 70}, 2);

        assertThat(slices).containsExactly(new int[] {1, 3}, new int[] {5, 2, 4, 0});
    }

    @Test
    void equal_rows_are_dealt_in_turn() {
        int[] equal = new int[8];
        Arrays.fill(equal, 50);

        List<int[]> slices = Deal.slices(equal, 4);

        assertThat(slices)
                .containsExactly(
                        new int[] {0, 4}, new int[] {1, 5}, new int[] {2, 6}, new int[] {3, 7});
    }

    @Test
    void fewer_rows_than_slices_make_a_slice_each() {
        assertThat(Deal.slices(new int[] {3, 7}, 8)).containsExactly(new int[] {1}, new int[] {0});
    }

    @Test
    void every_row_is_in_exactly_one_slice_and_no_slice_is_empty() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int[] tokens = tokens(random);
            int slices = 1 + random.nextInt(12);

            List<int[]> dealt = Deal.slices(tokens, slices);

            assertThat(dealt).as("seed %d", seed).hasSize(Math.min(slices, tokens.length));
            assertThat(dealt).as("seed %d", seed).allMatch(slice -> slice.length > 0);
            assertThat(dealt.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                    .as("seed %d", seed)
                    .isEqualTo(IntStream.range(0, tokens.length).toArray());
        }
    }

    @Test
    void slices_differ_by_no_more_than_the_last_row_of_the_costliest() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int[] tokens = tokens(random);

            List<int[]> dealt = Deal.slices(tokens, 1 + random.nextInt(8));

            long least = dealt.stream().mapToLong(slice -> cost(slice, tokens)).min().orElseThrow();
            for (int[] slice : dealt) {
                assertThat(cost(slice, tokens) - Deal.cost(tokens[slice[slice.length - 1]]))
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(least);
            }
        }
    }

    @Test
    void a_row_without_tokens_is_refused() {
        assertThatThrownBy(() -> Deal.slices(new int[] {4, 0}, 2))
                .hasMessageContaining("tokens is 0");
    }

    private static long cost(int[] slice, int[] tokens) {
        return Arrays.stream(slice).mapToLong(i -> Deal.cost(tokens[i])).sum();
    }

    private static int[] tokens(Random random) {
        return random.ints(1 + random.nextInt(64), 1, 193).toArray();
    }
}
