package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Bounds;
import shoal.coordinator.driver.Driver;
import shoal.coordinator.grpc.OpenStreams;
import shoal.coordinator.grpc.Sessions;

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
     * @param streams of clients, for which time passes, too
     * @param hourly what is done once an hour, besides
     */
    static Pulse start(Driver driver, Sessions sessions, OpenStreams streams, Runnable hourly) {
        Pulse pulse = new Pulse(thread("coordinator-tick"), thread("coordinator-heartbeat"));
        every(pulse.ticks, Bounds.TICK.toMillis(), driver::tick);
        every(pulse.ticks, Bounds.TICK.toMillis(), streams::tick);
        every(pulse.beats, Bounds.HEARTBEAT.toMillis(), sessions::beat);
        every(pulse.ticks, TimeUnit.HOURS.toMillis(1), hourly);
        return pulse;
    }

    @Override
    public void close() {
        ticks.shutdownNow();
        beats.shutdownNow();
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
