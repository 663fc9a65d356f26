package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shoal.cli.client.Connection;
import shoal.cli.outcome.FileTrees;
import shoal.cli.outcome.Interrupts;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.wire.HostPort;
import shoal.wire.Scope;
import shoal.wire.Token;

/**
 * A coordinator in this process and a worker as its child, for one run.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Both start at once, in the background: {@link #open} does not wait for them.
 *   <li>Everything they write is in one private folder (0700), which is gone after {@link #close},
 *       and also after this process is killed: the child removes it.
 *   <li>No child outlives this process.
 * </ul>
 *
 * <p>Called from one thread.
 */
public final class LocalCluster implements AutoCloseable {
    private static final HostPort FREE_PORT = new HostPort("127.0.0.1", 0);

    /** The store is on disk at every moment; closing it well is a courtesy with a bound. */
    private static final long CLOSE_MILLIS = 600;

    private final Path directory;
    private final WorkerProcess worker;
    private final CompletableFuture<Coordinator> starting;
    private final Interrupts.Withdrawal lastResort;

    private LocalCluster(
            Path directory,
            WorkerProcess worker,
            CompletableFuture<Coordinator> starting,
            Interrupts.Withdrawal lastResort) {
        this.directory = directory;
        this.worker = worker;
        this.starting = starting;
        this.lastResort = lastResort;
    }

    /** Begins to start both. */
    public static LocalCluster open(Interrupts interrupts) {
        try {
            // Readable by its owner only; the token files in it are, besides.
            Path directory = Files.createTempDirectory("shoal-train-");
            WorkerProcess worker = WorkerProcess.start(directory);
            Interrupts.Withdrawal lastResort =
                    interrupts.lastResort(() -> killAndDelete(worker, directory));
            CompletableFuture<Coordinator> starting =
                    CompletableFuture.supplyAsync(() -> coordinator(directory), LocalCluster::run);
            return new LocalCluster(directory, worker, starting, lastResort);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker process", e);
        }
    }

    /**
     * Waits for the coordinator and sends the worker to it.
     *
     * @param lanes compute threads of the worker, 0 = usable cores
     */
    public Connection start(int lanes) {
        Coordinator started = await();
        HostPort address = started.address();
        worker.join(new WorkerChild.Order(address, started.tokenFile(Scope.WORKER), lanes));
        Path tokenFile = started.tokenFile(Scope.SUBMIT);
        try {
            Token token = new Token(Files.readString(tokenFile).strip());
            return new Connection(address, "this command", token, tokenFile.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs an action if the worker's process ends; at once if it has. From another thread. */
    public void onWorkerEnd(Runnable action) {
        worker.onEnd(action);
    }

    /** If the worker's process has ended: how, with its last words. */
    public Optional<String> workerEnd() {
        return worker.end();
    }

    @Override
    public void close() {
        worker.close();
        closeCoordinator();
        deleteDirectory(directory);
        lastResort.close();
    }

    private static Coordinator coordinator(Path directory) {
        return Coordinator.start(
                new CoordinatorSettings(
                        directory.resolve("coordinator"), FREE_PORT, Optional.empty()));
    }

    private Coordinator await() {
        try {
            return requireNonNull(starting.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while the coordinator started");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("the coordinator did not start", e.getCause());
        }
    }

    private void closeCoordinator() {
        boolean interrupted = Thread.interrupted();
        CompletableFuture<Void> closing =
                starting.thenAcceptAsync(Coordinator::close, LocalCluster::run);
        try {
            closing.get(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            // It never started, or takes its time; the process is about to end, and with it this.
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void killAndDelete(WorkerProcess worker, Path directory) {
        worker.kill();
        deleteDirectory(directory);
    }

    private static void deleteDirectory(Path directory) {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            System.err.println("shoal: cannot remove " + directory + ": " + e);
        }
    }

    private static void run(Runnable task) {
        Thread thread = new Thread(task, "local-coordinator");
        thread.setDaemon(true);
        thread.start();
    }
}
