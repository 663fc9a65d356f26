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
    void rows_of_similar_length_share_a_slice_longest_first() {
        List<int[]> slices = Deal.slices(new int[] {10, 100, 12, 98, 11, 99}, 3);

        assertThat(slices).hasSize(3);
        assertThat(slices.get(0)).containsExactly(1);
        assertThat(slices.get(1)).containsExactly(5);
        assertThat(slices.get(2)).containsExactly(3, 2, 4, 0);
    }

    @Test
    void equal_rows_are_dealt_evenly_in_order() {
        int[] equal = new int[8];
        Arrays.fill(equal, 50);

        List<int[]> slices = Deal.slices(equal, 4);

        assertThat(slices)
                .containsExactly(
                        new int[] {0, 1}, new int[] {2, 3}, new int[] {4, 5}, new int[] {6, 7});
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
    void no_slice_costs_more_than_an_even_share_and_its_longest_row() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int[] tokens = tokens(random);
            int count = Math.min(1 + random.nextInt(8), tokens.length);
            long total = Arrays.stream(tokens).mapToLong(Deal::cost).sum();

            for (int[] slice : Deal.slices(tokens, count)) {
                long cost = Arrays.stream(slice).mapToLong(i -> Deal.cost(tokens[i])).sum();
                assertThat(cost)
                        .as("seed %d", seed)
                        .isLessThanOrEqualTo(total / count + 1 + Deal.cost(tokens[slice[0]]));
            }
        }
    }

    @Test
    void a_row_without_tokens_is_refused() {
        assertThatThrownBy(() -> Deal.slices(new int[] {4, 0}, 2))
                .hasMessageContaining("tokens is 0");
    }

    private static int[] tokens(Random random) {
        return random.ints(1 + random.nextInt(64), 1, 193).toArray();
    }
}
