package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.RunName;
import shoal.coordinator.driver.Crash;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * Where results are received and completed.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Nothing is written to {@code output/} before all parameters are here.
 *   <li>{@link #seal} and {@link #drop} of a run take effect in the order in which they are called,
 *       on a thread of this desk; the caller does not wait.
 *   <li>Every seal is answered by one event: sealed, or failed with the reason.
 * </ul>
 *
 * <p>{@link #expect}, {@link #seal} and {@link #drop} are called by the driver; uploads come from
 * network threads.
 */
public final class OutputDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputDesk.class);

    /** How long closing waits for a folder that is being completed. */
    private static final long CLOSE_SECONDS = 10;

    private final Path runs;
    private final ArtefactShelf shelf;
    private final Consumer<Event> events;
    private final Map<RunName, Reception> receptions = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    /**
     * @param runs the folder of all runs' folders
     * @param events where what became of a seal is told
     * @param crash for bugs of ours on the desk's thread
     */
    public OutputDesk(Path runs, ArtefactShelf shelf, Consumer<Event> events, Crash crash) {
        this.runs = requireNonNull(runs, "runs");
        this.shelf = requireNonNull(shelf, "shelf");
        this.events = requireNonNull(events, "events");
        requireNonNull(crash, "crash");
        this.thread =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread made = new Thread(task, "coordinator-output");
                            made.setUncaughtExceptionHandler((where, bug) -> crash.end(bug));
                            return made;
                        });
    }

    /** Where a finished run's result is. */
    public Path output(RunName run) {
        return ResultFolder.output(runs, run);
    }

    /** From now on this run's parameters are taken. */
    public void expect(Effect.ReceiveState wanted) {
        @Nullable Reception earlier = receptions.get(wanted.spec().name());
        if (earlier != null && earlier.fence().equals(wanted.fence())) {
            return; // A redial: a worker's new upload throws away what came of its earlier one.
        }
        if (earlier != null) {
            thread.execute(earlier::close);
        }
        receptions.put(
                wanted.spec().name(),
                new Reception(wanted, ResultFolder.of(runs, wanted.fence(), shelf)));
    }

    /** Completes a run's output folder. */
    public void seal(Effect.SealOutput what) {
        thread.execute(() -> sealNow(what));
    }

    /** Throws away what is there of a run's result. */
    public void drop(Effect.DropOutput what) {
        thread.execute(() -> dropNow(what.fence()));
    }

    /**
     * Begins the upload of what one worker owns.
     *
     * @param worker its index in the generation
     * @throws StaleUploadException if nobody waits for it
     * @throws UserException if the disk refuses
     */
    public Upload begin(Fence fence, int step, int worker) {
        Reception reception = receptions.get(fence.run());
        if (reception == null || !reception.fence().equals(fence)) {
            throw new StaleUploadException("parameters of " + fence + " are not expected");
        }
        try {
            return new Upload(reception, worker, reception.begin(step, worker));
        } catch (UserException e) {
            failed(fence, e.problems().stream().map(Problem::toString).toList());
            throw e;
        }
    }

    /** One upload: ranges, then finish. */
    public final class Upload {
        private final Reception reception;
        private final int worker;
        private final long number;

        private Upload(Reception reception, int worker, long number) {
            this.reception = reception;
            this.worker = worker;
            this.number = number;
        }

        /** Whether this upload is of that fence, step and worker. */
        public boolean isOf(Fence fence, int step, int ofWorker) {
            return reception.fence().equals(fence)
                    && reception.step() == step
                    && worker == ofWorker;
        }

        /**
         * Writes a range of a parameter.
         *
         * @param values little-endian fp32
         * @throws IllegalArgumentException if there is no such range, or it came before
         * @throws StaleUploadException if another upload has begun since
         */
        public void write(String parameter, long offsetElements, ByteBuffer values) {
            try {
                reception.write(number, parameter, offsetElements, values);
            } catch (UserException e) {
                failed(reception.fence(), e.problems().stream().map(Problem::toString).toList());
                throw e;
            }
        }

        /**
         * Ends the upload and gives the elements that came.
         *
         * @throws IllegalArgumentException if some are missing
         */
        public long finish() {
            return reception.finish(number);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a result is still being written and is given up");
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
        receptions.values().forEach(Reception::close);
    }

    private void sealNow(Effect.SealOutput what) {
        Fence fence = what.fence();
        Reception reception = receptions.get(fence.run());
        if (reception == null || !reception.fence().equals(fence)) {
            throw new IllegalStateException(fence + " is to be sealed, but was not expected");
        }
        if (!reception.isWhole()) {
            failed(fence, List.of("its workers say that they sent all they own, but not all came"));
            return;
        }
        try {
            reception.seal(what);
            receptions.remove(fence.run(), reception);
            events.accept(
                    new Event.OutputSealed(
                            fence, output(fence.run()).toString(), PeakMemory.residentBytes()));
        } catch (UserException e) {
            failed(fence, e.problems().stream().map(Problem::toString).toList());
        } catch (UncheckedIOException e) {
            failed(fence, List.of(e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private void dropNow(Fence fence) {
        Reception reception = receptions.get(fence.run());
        if (reception != null && reception.fence().equals(fence)) {
            receptions.remove(fence.run(), reception);
            reception.close();
        }
        ResultFolder place = ResultFolder.of(runs, fence, shelf);
        place.unlinkModel();
        place.removeOutput();
    }

    private void failed(Fence fence, List<String> problems) {
        LOG.warn("the result cannot be written: {} run={}", problems, fence.run());
        events.accept(new Event.OutputFailed(fence, problems));
    }
}
