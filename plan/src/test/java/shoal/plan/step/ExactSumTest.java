package shoal.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExactSumTest {
    @Test
    void a_term_that_rounding_would_lose_is_kept() {
        assertThat(sum(1e300, 1, -1e300)).isEqualTo(1);
        assertThat(sum(0x1p53, 1, 1)).isEqualTo(0x1p53 + 2);
    }

    @Test
    void the_total_is_rounded_once_to_even() {
        assertThat(sum(0x1p53, 1)).isEqualTo(0x1p53);
        assertThat(sum(0x1p53 + 2, 1)).isEqualTo(0x1p53 + 4);
        assertThat(sum(0x1p53, 1, Double.MIN_VALUE)).isEqualTo(0x1p53 + 2);
    }

    @Test
    void the_ends_of_the_range_are_exact() {
        assertThat(sum()).isEqualTo(0);
        assertThat(sum(Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
        assertThat(sum(Double.MIN_NORMAL, -Double.MIN_VALUE))
                .isEqualTo(Math.nextDown(Double.MIN_NORMAL));
        assertThat(sum(Double.MAX_VALUE)).isEqualTo(Double.MAX_VALUE);
        assertThat(sum(Double.MAX_VALUE, Double.MAX_VALUE)).isInfinite();
        assertThat(sum(Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE))
                .isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void any_terms_sum_to_the_nearest_double_of_the_exact_sum() {
        for (int seed = 0; seed < 500; seed++) {
            double[] terms = terms(new Random(seed));
            BigDecimal exact = BigDecimal.ZERO;
            for (double term : terms) {
                exact = exact.add(new BigDecimal(term));
            }

            assertThat(sum(terms)).as("seed %d", seed).isEqualTo(exact.doubleValue());
        }
    }

    @Test
    void a_sum_that_travels_goes_on_with_the_same_bits() {
        for (int seed = 0; seed < 200; seed++) {
            double[] terms = terms(new Random(seed));
            ExactSum whole = new ExactSum();
            ExactSum first = new ExactSum();
            ExactSum second = new ExactSum();
            for (int i = 0; i < terms.length; i++) {
                whole.add(terms[i]);
                (i % 3 == 0 ? first : second).add(terms[i]);
            }
            ExactSum arrived = ExactSum.fromBytes(first.toBytes());
            arrived.add(ExactSum.fromBytes(second.toBytes()));

            assertThat(arrived.toBytes()).as("seed %d", seed).isEqualTo(whole.toBytes());
            assertThat(arrived.value()).as("seed %d", seed).isEqualTo(whole.value());
        }
    }

    @Test
    void bytes_of_another_length_are_no_sum() {
        assertThatThrownBy(() -> ExactSum.fromBytes(new byte[8]))
                .hasMessageContaining("276 bytes, not 8");
    }

    @Test
    void neither_order_nor_grouping_changes_a_bit() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            double[] terms = terms(random);
            ExactSum[] groups = {new ExactSum(), new ExactSum(), new ExactSum()};
            for (int i = terms.length - 1; i >= 0; i--) {
                groups[random.nextInt(groups.length)].add(terms[i]);
            }
            groups[2].add(groups[0]);
            groups[1].add(groups[2]);

            assertThat(groups[1].value()).as("seed %d", seed).isEqualTo(sum(terms));
        }
    }

    @Test
    void reading_the_sum_leaves_it_as_it_is() {
        ExactSum sum = new ExactSum();
        sum.add(0x1p53);
        assertThat(sum.value()).isEqualTo(0x1p53);
        sum.add(1);
        assertThat(sum.value()).isEqualTo(0x1p53);
        sum.add(1);

        assertThat(sum.value()).isEqualTo(0x1p53 + 2);
    }

    @Test
    void a_term_that_is_not_finite_is_refused() {
        assertThatThrownBy(() -> sum(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> sum(Double.NEGATIVE_INFINITY)).hasMessageContaining("-Infinity");
    }

    private static double sum(double... terms) {
        ExactSum sum = new ExactSum();
        for (double term : terms) {
            sum.add(term);
        }
        return sum.value();
    }

    /** Signs and exponents from a narrow or the whole range, with cancellation. */
    private static double[] terms(Random random) {
        double[] terms = new double[1 + random.nextInt(60)];
        int spread = random.nextBoolean() ? 40 : 2_000;
        for (int i = 0; i < terms.length; i++) {
            int exponent = random.nextInt(spread) - spread / 2;
            terms[i] = Math.scalb(random.nextDouble() - 0.5, exponent);
            if (i > 0 && random.nextInt(5) == 0) {
                terms[i] = -terms[i - 1];
            }
        }
        return terms;
    }
}
