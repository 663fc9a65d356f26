package shoal.worker.stop;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Says that a run's work is not wanted any more. Raised once, never lowered.
 *
 * <p>Work that cannot be interrupted asks between its pieces ({@link #throwIfRaised}); a call on
 * the network is cancelled through {@link #whenRaised}. May be used from any thread.
 */
public final class StopSignal {
    private final CountDownLatch raised = new CountDownLatch(1);
    private final Set<Runnable> listeners = new LinkedHashSet<>(); // guarded by this

    /** Raises the signal and tells who listens. */
    public void raise() {
        Set<Runnable> toTell;
        synchronized (this) {
            raised.countDown();
            toTell = Set.copyOf(listeners);
            listeners.clear();
        }
        toTell.forEach(Runnable::run);
    }

    public boolean isRaised() {
        return raised.getCount() == 0;
    }

    /** For use at safe points. */
    public void throwIfRaised() {
        if (isRaised()) {
            throw new StoppedException();
        }
    }

    /**
     * Waits, unless the signal is raised before.
     *
     * @throws StoppedException when it is raised, or the thread is interrupted
     */
    public void pause(long millis) {
        try {
            if (raised.await(millis, TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    /**
     * Waits on a monitor, which who changes something notifies, until it is over. Listens to the
     * signal only if there is something to wait for.
     *
     * @param over asked with the monitor held; what it throws ends the wait
     * @throws StoppedException when the signal is raised, or the thread is interrupted
     */
    public void await(Object monitor, BooleanSupplier over) {
        synchronized (monitor) {
            if (over.getAsBoolean()) {
                return;
            }
        }
        Listening listening = whenRaised(() -> notifyAll(monitor));
        try {
            synchronized (monitor) {
                while (!over.getAsBoolean()) {
                    throwIfRaised();
                    monitor.wait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } finally {
            listening.close();
        }
    }

    private static void notifyAll(Object monitor) {
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }

    /** Runs the listener when the signal is raised, at once if it is; until closed. */
    public Listening whenRaised(Runnable listener) {
        requireNonNull(listener, "listener");
        synchronized (this) {
            if (!isRaised()) {
                listeners.add(listener);
                return () -> forget(listener);
            }
        }
        listener.run();
        return () -> {};
    }

    private synchronized void forget(Runnable listener) {
        listeners.remove(listener);
    }

    /** Ends when closed. */
    public interface Listening {
        void close();
    }
}
