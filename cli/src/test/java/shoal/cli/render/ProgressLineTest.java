package shoal.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
    private static final ProgressLine FAST =
            new ProgressLine(126, 300, Duration.ofSeconds(60), 120);

    @Test
    void a_wide_terminal_gets_a_bar_of_forty() {
        assertThat(FAST.bar(120))
                .isEqualTo(
                        " 42%|"
                                + "#".repeat(16)
                                + " ".repeat(24)
                                + "| 126/300 [01:00<01:27, 2.00 steps/s]");
    }

    @Test
    void a_line_is_always_shorter_than_the_terminal_is_wide() {
        for (int columns = 20; columns < 100; columns++) {
            assertThat(FAST.bar(columns)).hasSizeLessThan(columns);
        }
    }

    @Test
    void slow_steps_are_told_in_seconds_and_long_times_in_hours() {
        ProgressLine slow = new ProgressLine(10, 2_010, Duration.ofSeconds(50), 10);

        assertThat(slow.plain()).isEqualTo("step 10/2010 (0%), 5.00 s/step, 2:46:40 left");
    }

    @Test
    void before_the_first_step_there_is_no_rate() {
        ProgressLine first = new ProgressLine(0, 300, Duration.ZERO, 0);

        assertThat(first.plain()).isEqualTo("step 0/300 (0%)");
        assertThat(first.bar(80)).endsWith("| 0/300 [00:00<?, ? steps/s]");
    }
}
