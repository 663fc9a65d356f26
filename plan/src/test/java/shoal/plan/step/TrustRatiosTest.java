package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.recipe.Limits;
import shoal.recipe.UpdateRule;

final class TrustRatiosTest {
    private static final UpdateRule.Lamb RULE = new UpdateRule.Lamb(true, 10, 0.01, false);

    @Test
    void a_ratio_is_the_norm_of_weights_through_that_of_the_direction() {
        TensorSquares squares = TensorSquares.zeros(2);
        squares.add(0, 9, 16);
        squares.add(1, 2, 1);
        squares.add(1, 2, 3);

        assertThat(TrustRatios.of(squares, RULE)).isEqualTo(List.of(0.75f, 1f));
    }

    @Test
    void a_ratio_stays_between_its_bounds_and_is_1_where_a_norm_is_0() {
        TensorSquares squares = TensorSquares.zeros(5);
        squares.add(0, 1e6, 1);
        squares.add(1, 1, 1e6);
        squares.add(2, 0, 4);
        squares.add(3, 4, 0);

        assertThat(TrustRatios.of(squares, RULE)).isEqualTo(List.of(10f, 0.01f, 1f, 1f, 1f));
    }

    @Test
    void neither_order_nor_owner_of_a_part_changes_a_bit() {
        TensorSquares alone = TensorSquares.zeros(1);
        TensorSquares first = TensorSquares.zeros(1);
        TensorSquares second = TensorSquares.zeros(1);
        for (int block = 1; block <= 60; block++) {
            double weight = Math.scalb(1.0 / block, 40 - block);
            alone.add(0, weight, 1 / weight);
            TensorSquares owner = block % 3 == 0 ? first : second;
            owner.add(0, weight, 1 / weight);
        }
        TensorSquares total = TensorSquares.fromBytes(second.toBytes());
        total.add(TensorSquares.fromBytes(first.toBytes()));

        assertThat(total.toBytes()).isEqualTo(alone.toBytes());
        assertThat(TrustRatios.of(total, RULE)).isEqualTo(TrustRatios.of(alone, RULE));
    }

    @Test
    void a_factor_is_the_largest_ratio_as_far_as_the_direction_is_not_decay() {
        UpdateRule.Factors bounds = new UpdateRule.Factors(4, 0.5, 0.1);
        TensorSquares squares = TensorSquares.zeros(6);
        squares.add(0, 4, 4);
        squares.add(1, 1, 4);
        squares.add(2, 9, 4); // decay against the direction
        squares.add(3, 4, 4);
        squares.add(4, 4, 4);

        assertThat(TrustRatios.factors(squares, List.of(1.5f, 2f, 3f, 0.25f, 5f, 2f), bounds))
                .isEqualTo(List.of(1.5f, 1.5f, 3f, 0.5f, 4f, 2f));
    }

    @Test
    void what_is_no_measurement_of_a_model_is_refused() {
        TensorSquares one = TensorSquares.zeros(1);

        assertThatThrownBy(() -> TensorSquares.fromBytes(new byte[553]))
                .hasMessage(
                        "553 bytes of squared norms, expected 552 for each of 1 to 1024 tensors");
        assertThatThrownBy(() -> TensorSquares.fromBytes(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> one.add(TensorSquares.zeros(2)))
                .hasMessage("2 tensors, expected 1");
        assertThatThrownBy(() -> TensorSquares.zeros(Limits.MEASURED_TENSORS + 1))
                .hasMessageContaining("1025");
    }
}
