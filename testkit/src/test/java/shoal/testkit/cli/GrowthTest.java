package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What {@link LongRunTest} would say of series like those that it measures. */
final class GrowthTest {
    private static final long SEED = 42;

    /** Kilobytes after every 50 steps: 326 to 359 MB, as a worker of the bundled model holds. */
    private static List<Long> held(long leakKilobytesPerStep) {
        SplittableRandom random = new SplittableRandom(SEED);
        return LongStream.range(0, LongRunTest.WARM_SAMPLES)
                .mapToObj(
                        sample ->
                                326_000
                                        + random.nextLong(33_000)
                                        + LongRunTest.EVERY * sample * leakKilobytesPerStep)
                .toList();
    }

    @Test
    void samples_that_jump_and_do_not_grow_are_no_leak() {
        assertThat(Growth.of(held(0))).isLessThan(LongRunTest.MOST_GROWTH);
    }

    @Test
    void kilobytes_of_every_step_are_a_leak() {
        assertThat(Growth.of(held(64))).isGreaterThan(1.15);
        assertThat(Growth.of(held(12))).isGreaterThan(LongRunTest.MOST_GROWTH);
    }

    @Test
    void one_sample_that_is_off_decides_nothing() {
        assertThat(Growth.of(List.of(9L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 9L))).isEqualTo(1.0);
        assertThatThrownBy(() -> Growth.of(List.of(1L, 2L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 samples, expected at least 9");
    }
}
