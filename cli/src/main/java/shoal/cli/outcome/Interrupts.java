package shoal.cli.outcome;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and its kin: lets a command unwind as it would after an error, within a bound.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>An interrupt interrupts the command's thread, whose {@code finally} blocks stop children
 *       and remove what is half-written.
 *   <li>If that takes longer than {@link #UNWIND_MILLIS}, the last resorts run: they only kill and
 *       delete. So the process ends within two seconds either way.
 * </ul>
 *
 * <p>{@link #interrupt} may be called from any thread, the rest from the command's.
 */
public final class Interrupts {
    private static final long UNWIND_MILLIS = 1_200;

    private final Thread command;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Deque<Runnable> lastResorts = new ArrayDeque<>();
    private volatile boolean happened;

    private Interrupts(Thread command) {
        this.command = command;
    }

    /** Interrupts of a command that runs on this thread. */
    public static Interrupts ofThisThread() {
        return new Interrupts(Thread.currentThread());
    }

    /** Runs in a shutdown hook. Does nothing if the command has ended. */
    public void interrupt() {
        if (ended.getCount() == 0) {
            return;
        }
        happened = true;
        command.interrupt();
        boolean unwound = false;
        try {
            unwound = ended.await(UNWIND_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!unwound) {
            runLastResorts();
        }
    }

    /** Whether the command is to end because its user said so. */
    public boolean happened() {
        return happened;
    }

    /** The command has unwound; what follows only ends the process. */
    public void commandEnded() {
        ended.countDown();
    }

    /** What to do if the command does not unwind in time; closing the result withdraws it. */
    public Withdrawal lastResort(Runnable action) {
        requireNonNull(action, "action");
        synchronized (lastResorts) {
            lastResorts.push(action);
        }
        return () -> {
            synchronized (lastResorts) {
                lastResorts.remove(action);
            }
        };
    }

    /** Withdraws a last resort. */
    public interface Withdrawal extends AutoCloseable {
        @Override
        void close();
    }

    private void runLastResorts() {
        synchronized (lastResorts) {
            lastResorts.forEach(Runnable::run);
        }
    }
}
