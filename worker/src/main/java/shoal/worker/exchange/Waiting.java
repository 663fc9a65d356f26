package shoal.worker.exchange;

import java.util.function.BooleanSupplier;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

/** Waits for what other threads bring about and tell by notifying a monitor. */
final class Waiting {
    private Waiting() {}

    /**
     * Returns once the condition holds; it is asked while the monitor is held.
     *
     * @throws StoppedException when stopped, or the thread is interrupted
     */
    static void until(Object monitor, BooleanSupplier reached, StopSignal stop) {
        synchronized (monitor) {
            if (reached.getAsBoolean()) {
                return;
            }
        }
        StopSignal.Listening listening = stop.whenRaised(() -> wake(monitor));
        try {
            synchronized (monitor) {
                while (!reached.getAsBoolean()) {
                    stop.throwIfRaised();
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

    private static void wake(Object monitor) {
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }
}
