package shoal.worker.stop;

import java.util.concurrent.TimeUnit;

/** Waits for a thread that is about to let go of memory which is freed next. */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** A wait that ends early, with false, once its time is over. */
    @FunctionalInterface
    public interface Wait {
        boolean within(long nanos) throws InterruptedException;
    }

    /**
     * Waits at most this long, interrupted or not; an interrupt is kept for later.
     *
     * @return whether what was waited for has come
     */
    public static boolean await(long seconds, Wait wait) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.within(until - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
