package shoal.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CommitWaitTest {
    private final AtomicLong nanos = new AtomicLong();
    private final CommitWait wait = new CommitWait(nanos::get);

    @Test
    void waits_are_counted_from_the_report_to_its_commit() {
        step(1, 2_000_000);
        nanos.addAndGet(50_000_000); // computing
        step(2, 3_500_000);

        assertThat(wait).hasToString("steps=2 waited-millis=5.5");
    }

    @Test
    void a_report_that_is_sent_again_waits_since_the_first_time() {
        wait.reported(1);
        nanos.addAndGet(1_000_000);
        step(1, 1_000_000);

        assertThat(wait).hasToString("steps=1 waited-millis=2.0");
    }

    @Test
    void a_commit_that_comes_twice_counts_once() {
        step(1, 1_000_000);
        nanos.addAndGet(1_000_000);
        wait.committed(1);

        assertThat(wait).hasToString("steps=1 waited-millis=1.0");
    }

    @Test
    void the_next_run_counts_anew() {
        step(1, 1_000_000);
        wait.reported(2);
        wait.over();
        wait.committed(2);

        assertThat(wait).hasToString("steps=0 waited-millis=0.0");
    }

    private void step(int step, long waitNanos) {
        wait.reported(step);
        nanos.addAndGet(waitNanos);
        wait.committed(step);
    }
}
