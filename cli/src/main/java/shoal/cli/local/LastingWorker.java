package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shoal.engine.djl.LibtorchFolder;

/**
 * A worker as a child process that is started again when it dies: the run then goes on from its
 * newest checkpoint. It is the same worker to its coordinator, in another life.
 *
 * <p>Safe for any thread.
 */
final class LastingWorker implements AutoCloseable {
    /** As often as the coordinator starts a run again: what kills workers thrice will do so. */
    private static final int RESTARTS = 3;

    private final Path directory;
    private final String name;
    private final Optional<LibtorchFolder> libtorch;
    private WorkerProcess process; // guarded by this
    private WorkerChild.@Nullable Order order; // guarded by this
    private int restarts; // guarded by this
    private boolean over; // guarded by this

    private LastingWorker(
            Path directory, String name, Optional<LibtorchFolder> libtorch, WorkerProcess process) {
        this.libtorch = libtorch;
        this.directory = directory;
        this.name = name;
        this.process = process;
    }

    /**
     * Starts the process; it loads classes while it waits for {@link #join}.
     *
     * @param directory a private folder; the child removes it if this process dies
     * @param name of the worker, which is that of its folder and log too
     * @param libtorch that it loads; empty: the bundled one
     */
    static LastingWorker start(Path directory, String name, Optional<LibtorchFolder> libtorch)
            throws IOException {
        return new LastingWorker(
                directory, name, libtorch, WorkerProcess.start(directory, name, libtorch));
    }

    /** Tells it which coordinator to join, in this life and those that follow. */
    synchronized void join(WorkerChild.Order which) {
        order = requireNonNull(which, "which");
        process.join(which);
    }

    /** Starts it again whenever it ends; runs an action when that was too often. */
    synchronized void onEnd(Runnable action) {
        process.onEnd(
                () -> {
                    if (!startedAgain()) {
                        action.run();
                    } else {
                        onEnd(action);
                    }
                });
    }

    /** If the process has ended for good: how, with the end of its log. */
    synchronized Optional<WorkerEnd> end() {
        return process.end();
    }

    synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and not to be started again. */
    synchronized void leave() {
        over = true;
        process.leave();
    }

    synchronized void kill() {
        over = true;
        process.kill();
    }

    @Override
    public synchronized void close() {
        over = true;
        process.close();
    }

    private synchronized boolean startedAgain() {
        if (over || order == null || restarts == RESTARTS || process.isRefusal()) {
            return false;
        }
        restarts++;
        try {
            process = WorkerProcess.start(directory, name, libtorch);
            process.join(order);
            return true;
        } catch (IOException refused) {
            return false; // The old process's end says enough.
        }
    }
}
