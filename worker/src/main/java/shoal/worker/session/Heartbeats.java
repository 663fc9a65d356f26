package shoal.worker.session;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own that says "alive" on the stream of now, and gives up a stream on which
 * nothing is heard.
 *
 * <p>Methods may be called from any thread.
 */
final class Heartbeats {
    /** A coordinator that names a shorter interval would only burn time. */
    private static final long LEAST_MILLIS = 10;

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread named = new Thread(task, "shoal-heartbeat");
                        named.setDaemon(true);
                        return named;
                    });
    private final long silenceMillis;
    private @Nullable ScheduledFuture<?> watching; // guarded by this
    private @Nullable ScheduledFuture<?> beating; // guarded by this

    Heartbeats(long silenceMillis) {
        this.silenceMillis = silenceMillis;
    }

    /** From now on this stream is watched, and no other beats. */
    synchronized void watch(Session session) {
        stop();
        long everyMillis = Math.max(LEAST_MILLIS, silenceMillis / 10);
        watching =
                thread.scheduleAtFixedRate(
                        () -> watched(session, () -> giveUpIfSilent(session)),
                        everyMillis,
                        everyMillis,
                        TimeUnit.MILLISECONDS);
    }

    /** From now on this stream beats. */
    synchronized void beat(Session session, long everyMillis) {
        long bounded = Math.max(LEAST_MILLIS, Math.min(everyMillis, silenceMillis));
        beating =
                thread.scheduleAtFixedRate(
                        () -> watched(session, session::sendHeartbeat),
                        0,
                        bounded,
                        TimeUnit.MILLISECONDS);
    }

    synchronized void close() {
        stop();
        thread.shutdownNow();
    }

    private synchronized void stop() {
        if (watching != null) {
            watching.cancel(false);
        }
        if (beating != null) {
            beating.cancel(false);
        }
    }

    /** An executor drops a task that throws, and tells nobody: the stream is given up instead. */
    private static void watched(Session session, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            session.cancel("its heart stopped: " + e);
            throw e;
        }
    }

    private void giveUpIfSilent(Session session) {
        long silentMillis = TimeUnit.NANOSECONDS.toMillis(session.silentNanos());
        if (silentMillis > silenceMillis) {
            session.cancel("nothing heard from the coordinator for " + silentMillis + " ms");
        }
    }
}
