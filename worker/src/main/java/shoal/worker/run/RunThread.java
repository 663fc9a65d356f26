package shoal.worker.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.proto.v1.CommitStep;
import shoal.proto.v1.Fence;
import shoal.proto.v1.StartRun;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.worker.core.Event;
import shoal.worker.exchange.PeerLostException;
import shoal.worker.shard.UploadLostException;
import shoal.worker.stop.StopSignal;
import shoal.worker.stop.StoppedException;

/**
 * The one thread that loads runs and owns their engines.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Work is done in the order asked; each piece ends in one event, except what a release
 *       overtook.
 *   <li>After trouble nothing more is done for that load but freeing it. A fault of a run is an
 *       event; only an {@link Error} (out of memory) goes to the crash handler.
 *   <li>{@link #close} returns within the time given, whatever the thread does.
 * </ul>
 *
 * <p>All methods are called from one thread, the driver.
 */
public final class RunThread {
    private static final Logger LOG = LoggerFactory.getLogger(RunThread.class);

    /** Far above what the protocol can have under way: a commit, a step, a release, a load. */
    private static final int MOST_QUEUED = 64;

    /**
     * As long as the coordinator takes to notice that a worker is silent, and waits for it to dial
     * again, before it takes it for dead. The peers themselves have tried for 10 s before.
     */
    private static final long PEER_LOSS_MILLIS = 20_000;

    private final RunOpener opener;
    private final Consumer<Event> events;
    private final ThreadPoolExecutor thread;
    private Assignment assignment = new Assignment(0, new StopSignal());
    private @Nullable RunWork work; // of the run thread

    /** A load and how to stop it. */
    private record Assignment(long load, StopSignal stop) {}

    /** A piece of work; what it throws becomes an event. */
    private interface Piece {
        void run() throws IOException;
    }

    /**
     * Starts the thread.
     *
     * @param events takes results; must return at once
     * @param crash takes what the process does not survive
     */
    public RunThread(RunOpener opener, Consumer<Event> events, Consumer<Throwable> crash) {
        this.opener = requireNonNull(opener, "opener");
        this.events = requireNonNull(events, "events");
        this.thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_QUEUED),
                        task -> named(task, crash),
                        RunThread::refused);
    }

    public void load(long load, StartRun run) {
        assignment = new Assignment(load, new StopSignal());
        StopSignal stop = assignment.stop();
        submit(
                () -> {
                    RunWork opened = opener.open(run, stop);
                    work = opened;
                    events.accept(new Event.Loaded(load, opened.facts()));
                });
    }

    public void reduce(int step, double lossScale) {
        long load = assignment.load();
        submit(
                () -> {
                    events.accept(new Event.Reduced(load, current().reduce(step, lossScale)));
                    current().prepare(step + 1);
                });
    }

    public void measure(int step, double clip) {
        long load = assignment.load();
        submit(() -> events.accept(new Event.Measured(load, current().measure(step, clip))));
    }

    public void apply(CommitStep commit) {
        long load = assignment.load();
        submit(
                () -> {
                    current().apply(commit);
                    events.accept(new Event.Applied(load, commit.getStep()));
                });
    }

    public void evaluate(int step) {
        long load = assignment.load();
        submit(
                () ->
                        current()
                                .evaluate(
                                        step,
                                        rows -> events.accept(new Event.Evaluated(load, rows))));
    }

    public void upload(Fence fence, int step, boolean moments) {
        long load = assignment.load();
        submit(
                () -> {
                    try {
                        current().upload(fence, step, moments);
                        long peakBytes = ProcessMemory.peakResidentBytes();
                        events.accept(new Event.Uploaded(load, step, peakBytes));
                    } catch (UploadLostException lost) {
                        events.accept(new Event.UploadLost(load, step, lost.toString()));
                    }
                });
    }

    /** Stops the load's work at its next safe point and frees it. */
    public void release() {
        assignment.stop().raise();
        thread.execute(this::free);
    }

    /** Stops everything; waits at most this long for the thread to come to rest. */
    public void close(long waitMillis) {
        assignment.stop().raise();
        thread.execute(this::free);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(waitMillis / 2, TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
                if (!thread.awaitTermination(waitMillis / 2, TimeUnit.MILLISECONDS)) {
                    LOG.warn("the run thread is still busy and is left behind");
                }
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void submit(Piece piece) {
        Assignment of = assignment;
        thread.execute(() -> perform(piece, of));
    }

    private void perform(Piece piece, Assignment of) {
        if (of.stop().isRaised()) {
            return;
        }
        try {
            piece.run();
        } catch (StoppedException e) {
            LOG.debug("stopped load={}", of.load());
        } catch (UserException e) {
            fail(of, true, e.problems().stream().map(Problem::toString).toList());
        } catch (PeerLostException e) {
            awaitNewGeneration(of, e);
        } catch (IOException | RuntimeException e) {
            if (of.stop().isRaised()) {
                LOG.debug("stopped load={}", of.load(), e);
                return;
            }
            LOG.error("a run cannot go on here load={}", of.load(), e);
            fail(of, false, List.of(inWords(e)));
        }
    }

    /**
     * A worker that died is the coordinator's to notice: it ends the generation, and with it this
     * load. Where it does not, only the way between the two workers was cut, or one of them was
     * frozen for a while: the coordinator, to whom both are well, is told.
     */
    private void awaitNewGeneration(Assignment of, PeerLostException lost) {
        LOG.warn("waits for the coordinator load={}: {}", of.load(), lost.getMessage());
        try {
            of.stop().pause(PEER_LOSS_MILLIS);
        } catch (StoppedException e) {
            LOG.debug("stopped load={}", of.load());
            return;
        }
        fail(
                of,
                new Event.Failed(
                        of.load(),
                        false,
                        OptionalInt.of(lost.peer()),
                        List.of(String.valueOf(lost.getMessage()))));
    }

    private void fail(Assignment of, boolean userError, List<String> problems) {
        fail(of, new Event.Failed(of.load(), userError, problems));
    }

    private void fail(Assignment of, Event.Failed event) {
        of.stop().raise();
        events.accept(event);
    }

    private RunWork current() {
        RunWork held = work;
        if (held == null) {
            throw new IllegalStateException("no run is loaded");
        }
        return held;
    }

    private void free() {
        RunWork held = work;
        work = null;
        if (held == null) {
            return;
        }
        try {
            held.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("a run could not be freed in full", e);
        }
    }

    private static String inWords(Exception e) {
        String message = e.getMessage();
        return "the worker failed: "
                + (message == null || message.isEmpty() ? e.getClass().getName() : message)
                + " (its log has the details)";
    }

    /** After closing nothing is done any more; before, a full queue is a bug of the protocol. */
    private static void refused(Runnable task, ThreadPoolExecutor thread) {
        if (!thread.isShutdown()) {
            throw new IllegalStateException("more than " + MOST_QUEUED + " pieces of work wait");
        }
    }

    private static Thread named(Runnable task, Consumer<Throwable> crash) {
        Thread thread = new Thread(task, "shoal-run");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((ignored, error) -> crash.accept(error));
        return thread;
    }
}
