package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.driver.Crash;
import shoal.coordinator.driver.Driver;

/** Lets time pass for the driver, and heartbeats go out, each from a thread of its own. */
final class Pulse implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

    private final ScheduledExecutorService ticks;
    private final ScheduledExecutorService beats;

    private Pulse(ScheduledExecutorService ticks, ScheduledExecutorService beats) {
        this.ticks = requireNonNull(ticks, "ticks");
        this.beats = requireNonNull(beats, "beats");
    }

    /**
     * Starts both threads.
     *
     * @param beats what is done with every heartbeat
     * @param hourly what is done once an hour, besides
     * @param crash takes what any of these throws: a pulse that stops unseen would look like the
     *     silence of others
     */
    static Pulse start(Driver driver, List<Runnable> beats, Runnable hourly, Crash crash) {
        Pulse pulse = new Pulse(thread("coordinator-tick"), thread("coordinator-heartbeat"));
        every(pulse.ticks, Bounds.TICK.toMillis(), watched(driver::tick, crash));
        for (Runnable beat : beats) {
            every(pulse.beats, Bounds.HEARTBEAT.toMillis(), watched(beat, crash));
        }
        every(pulse.ticks, TimeUnit.HOURS.toMillis(1), watched(hourly, crash));
        return pulse;
    }

    @Override
    public void close() {
        ticks.shutdownNow();
        beats.shutdownNow();
    }

    /** An executor drops a task that throws, and tells nobody. */
    private static Runnable watched(Runnable task, Crash crash) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                crash.end(e);
                throw e;
            }
        };
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, name));
    }

    private static void every(ScheduledExecutorService thread, long millis, Runnable task) {
        ScheduledFuture<?> repeated =
                thread.scheduleAtFixedRate(
                        () -> contained(task), millis, millis, TimeUnit.MILLISECONDS);
        if (repeated.isCancelled()) {
            throw new IllegalStateException("a new thread takes no task");
        }
    }

    /** A task that throws once is done again the next time; a pulse that stops ends all runs. */
    private static void contained(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError | StackOverflowError bug) {
            LOG.error("a bug of Shoal's in the pulse", bug);
        }
    }
}
