package shoal.plan.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class NaturalLogTest {
    @Test
    void logarithms_are_those_of_the_c_library() {
        assertThat(NaturalLog.of(1)).isZero();
        assertThat(NaturalLog.of(2)).isEqualTo(0.6931471805599453);
        assertThat(NaturalLog.of(3)).isEqualTo(1.0986122886681098); // StrictMath: …096
        assertThat(NaturalLog.of(10)).isEqualTo(2.302585092994046);
        assertThat(NaturalLog.of(1_000)).isEqualTo(6.907755278982137);
        assertThat(NaturalLog.of(Integer.MAX_VALUE)).isEqualTo(21.487562596892644);
    }

    @Test
    void they_are_never_further_than_a_bit_from_java_s() {
        for (int number = 1; number < 20_000; number++) {
            double java = StrictMath.log(number);
            assertThat(Math.abs(NaturalLog.of(number) - java)).isLessThanOrEqualTo(Math.ulp(java));
        }
    }

    @Test
    void a_number_below_one_is_refused() {
        assertThatThrownBy(() -> NaturalLog.of(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
