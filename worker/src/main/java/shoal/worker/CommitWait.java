package shoal.worker;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long this worker waits for the coordinator: from handing over a step's report until the
 * step's commit is here. With several workers that holds the wait for slower ones too; the least of
 * their waits in a step is the coordinator's own share of it.
 *
 * <p>Each wait is logged at DEBUG, their sum at INFO when a run is over. Confined to one thread.
 */
final class CommitWait {
    private static final Logger LOG = LoggerFactory.getLogger(CommitWait.class);

    private final LongSupplier nanoTime;
    private int reported; // step whose commit is awaited; 0 = none
    private long sinceNanos;
    private int steps;
    private long totalNanos;

    CommitWait(LongSupplier nanoTime) {
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** A report is handed over; one that is sent again after a redial changes nothing. */
    void reported(int step) {
        if (reported != step) {
            reported = step;
            sinceNanos = nanoTime.getAsLong();
        }
    }

    void committed(int step) {
        if (reported != step) {
            return;
        }
        long nanos = nanoTime.getAsLong() - sinceNanos;
        reported = 0;
        steps++;
        totalNanos += nanos;
        LOG.debug("commit came step={} waited-micros={}", step, nanos / 1_000);
    }

    /** The run is over here; the next one counts anew. */
    void over() {
        if (steps > 0) {
            LOG.info("waited for commits {}", this);
        }
        reported = 0;
        steps = 0;
        totalNanos = 0;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "steps=%d waited-millis=%.1f", steps, totalNanos / 1_000_000.0);
    }
}
