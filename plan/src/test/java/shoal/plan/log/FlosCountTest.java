package shoal.plan.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.plan.step.MicroBatch;

final class FlosCountTest {
    private static final int[] TOKENS = {3, 7, 0, 0};

    private final FlosCount count = new FlosCount(row -> TOKENS[row], 1_000);

    @Test
    void each_micro_batch_is_padded_to_its_longest_row() {
        assertThat(count.of(List.of(batch(0, 1)))).isEqualTo(6L * (2 * 7) * 1_000);
        assertThat(count.of(List.of(batch(0), batch(1)))).isEqualTo(6L * (3 + 7) * 1_000);
    }

    @Test
    void rows_without_tokens_are_padded_to_one() {
        assertThat(count.of(List.of(batch(2, 3)))).isEqualTo(6L * 2 * 1_000);
    }

    @Test
    void a_count_beyond_a_long_is_no_count() {
        FlosCount large = new FlosCount(row -> Integer.MAX_VALUE, Long.MAX_VALUE / 8);

        assertThatThrownBy(() -> large.of(List.of(batch(0))))
                .isInstanceOf(ArithmeticException.class);
    }

    private static MicroBatch batch(int... rows) {
        return new MicroBatch(0, 0, rows, 1.0 / rows.length);
    }
}
