package shoal.cli.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shoal.cli.client.Connection;
import shoal.cli.outcome.FileTrees;
import shoal.cli.outcome.Interrupts;
import shoal.coordinator.Coordinator;
import shoal.coordinator.CoordinatorSettings;
import shoal.coordinator.tls.TlsSettings;
import shoal.engine.djl.LibtorchFolder;
import shoal.recipe.MachineException;
import shoal.wire.Access;
import shoal.wire.HostPort;
import shoal.wire.Loopback;
import shoal.wire.Scope;
import shoal.wire.Token;

/**
 * A coordinator in this process and workers as its children, for one run.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>The coordinator and the first worker start at once, in the background: {@link #open} does
 *       not wait for them. Further workers start when it is known how many there are.
 *   <li>Everything they write is in one private folder (0700), which is gone after {@link #close},
 *       and also after this process is killed: the children remove it.
 *   <li>No child outlives this process.
 * </ul>
 *
 * <p>Called from one thread.
 */
public final class LocalCluster implements AutoCloseable {
    /** The store is on disk at every moment; closing it well is a courtesy with a bound. */
    private static final long CLOSE_MILLIS = 600;

    private final Path directory;
    private final Optional<LibtorchFolder> libtorch;
    private final List<LastingWorker> workers;
    private final CompletableFuture<Coordinator> starting;
    private final Interrupts.Withdrawal lastResort;

    private LocalCluster(
            Path directory,
            Optional<LibtorchFolder> libtorch,
            List<LastingWorker> workers,
            CompletableFuture<Coordinator> starting,
            Interrupts.Withdrawal lastResort) {
        this.directory = directory;
        this.libtorch = libtorch;
        this.workers = workers;
        this.starting = starting;
        this.lastResort = lastResort;
    }

    /**
     * Begins to start the coordinator and the first worker.
     *
     * @param workingDirectory what the run's output folder starts from
     * @param libtorch that workers load; empty: the bundled one
     */
    public static LocalCluster open(
            Interrupts interrupts, Path workingDirectory, Optional<LibtorchFolder> libtorch) {
        try {
            // Readable by its owner only; the token files in it are, besides.
            Path directory = Files.createTempDirectory("shoal-train-");
            // An interrupt reads it while this thread adds to it.
            List<LastingWorker> workers = new CopyOnWriteArrayList<>();
            workers.add(LastingWorker.start(directory, "worker-1", libtorch));
            Interrupts.Withdrawal lastResort =
                    interrupts.lastResort(() -> killAndDelete(workers, directory));
            CompletableFuture<Coordinator> starting =
                    CompletableFuture.supplyAsync(
                            () -> coordinator(directory, workingDirectory), LocalCluster::run);
            return new LocalCluster(directory, libtorch, workers, starting, lastResort);
        } catch (IOException e) {
            throw MachineException.of("train", "cannot start a worker process", e);
        }
    }

    /**
     * Starts the other workers, waits for the coordinator and sends all workers to it.
     *
     * @param count of workers
     * @param lanes compute threads of each worker, 0 = usable cores
     */
    public Connection start(int count, int lanes) {
        try {
            while (workers.size() < count) {
                String name = "worker-" + (workers.size() + 1);
                workers.add(LastingWorker.start(directory, name, libtorch));
            }
        } catch (IOException e) {
            throw MachineException.of("train", "cannot start a worker process", e);
        }
        Coordinator started = await();
        HostPort address = started.address();
        Path workerToken = started.tokenFile(Scope.WORKER);
        workers.forEach(worker -> worker.join(new WorkerChild.Order(address, workerToken, lanes)));
        Path tokenFile = started.tokenFile(Scope.SUBMIT);
        try {
            Token token = new Token(Files.readString(tokenFile).strip());
            return new Connection(new Access(address, token), "this command", tokenFile.toString());
        } catch (IOException e) {
            throw MachineException.of(tokenFile.toString(), "cannot be read", e);
        }
    }

    /**
     * Runs an action when fewer workers live than are needed, each of which is started again a few
     * times; at once if so. From another thread, perhaps more than once.
     */
    public void onWorkersEnd(int least, Runnable action) {
        for (LastingWorker worker : workers) {
            worker.onEnd(
                    () -> {
                        if (workers.stream().filter(LastingWorker::isAlive).count() < least) {
                            action.run();
                        }
                    });
        }
    }

    /** If a worker's process has ended: how the first one did, with its last words. */
    public Optional<WorkerEnd> workerEnd() {
        return workers.stream().flatMap(worker -> worker.end().stream()).findFirst();
    }

    @Override
    public void close() {
        workers.forEach(LastingWorker::leave);
        workers.forEach(LastingWorker::close);
        closeCoordinator();
        deleteDirectory(directory);
        lastResort.close();
    }

    private static Coordinator coordinator(Path directory, Path workingDirectory) {
        return Coordinator.start(
                new CoordinatorSettings(
                        directory.resolve("coordinator"),
                        Loopback.anyPort(),
                        Optional.empty(),
                        TlsSettings.standard(),
                        Optional.of(workingDirectory)));
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

    private static void killAndDelete(List<LastingWorker> workers, Path directory) {
        workers.forEach(LastingWorker::kill);
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
