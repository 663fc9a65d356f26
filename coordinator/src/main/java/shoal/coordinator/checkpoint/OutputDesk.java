package shoal.coordinator.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.artefact.ArtefactShelf;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.RunSpec;
import shoal.coordinator.driver.Crash;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoints;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/**
 * Where results and checkpoints are received and completed.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Nothing is written to a result's or checkpoint's place before all its state is here.
 *   <li>Sealing, rotating and dropping take effect in the order in which they are called, on a
 *       thread of this desk; the caller does not wait.
 *   <li>Every seal is answered by one event: sealed, failed with the reason, or that its run met a
 *       bug of ours.
 * </ul>
 *
 * <p>The driver expects, seals, rotates and drops; uploads come from network threads.
 */
public final class OutputDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputDesk.class);

    /** How long closing waits for a folder that is being completed. */
    private static final long CLOSE_SECONDS = 10;

    private static final List<String> NOT_ALL_CAME =
            List.of("its workers say that they sent all they own, but not all came");

    private final Path runs;
    private final ArtefactShelf shelf;
    private final Consumer<Event> events;
    private final CheckpointPlaces checkpoints;
    private final Map<RunName, Reception<StagedResult>> results = new ConcurrentHashMap<>();
    private final Map<RunName, Reception<StagedState>> states = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    /**
     * @param checkpoints where the folders of runs and their checkpoints are
     * @param events where what became of a seal is told
     * @param crash for errors of the machine on the desk's thread
     */
    public OutputDesk(
            CheckpointPlaces checkpoints,
            ArtefactShelf shelf,
            Consumer<Event> events,
            Crash crash) {
        this.checkpoints = requireNonNull(checkpoints, "checkpoints");
        this.runs = checkpoints.runs();
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

    /** Where sizes and hashes of the files of a result are kept, beside it. */
    public static Path sealedFiles(Path output) {
        return output.resolveSibling("output.json");
    }

    /** From now on this run's state is taken. */
    public void expect(Effect.ReceiveState wanted) {
        switch (wanted.purpose()) {
            case RESULT -> {
                ResultFolder place = place(wanted);
                expect(results, wanted, () -> StagedResult.open(place, wanted));
            }
            case CHECKPOINT -> {
                ResultFolder place = place(wanted);
                Checkpoints all = checkpoints.of(wanted.spec());
                expect(states, wanted, () -> StagedState.open(place, all, wanted));
            }
        }
    }

    private ResultFolder place(Effect.ReceiveState wanted) {
        Fence fence = wanted.fence();
        return switch (wanted.purpose()) {
            case RESULT -> ResultFolder.of(runs, fence, shelf);
            case CHECKPOINT -> ResultFolder.of(runs, fence, wanted.step(), shelf);
        };
    }

    private <S extends Staged> void expect(
            Map<RunName, Reception<S>> receptions, Effect.ReceiveState wanted, Supplier<S> place) {
        RunName run = wanted.spec().name();
        @Nullable Reception<S> earlier = receptions.get(run);
        if (earlier != null && earlier.isOf(wanted.fence(), wanted.step())) {
            return; // A redial: a worker's new upload throws away what came of its earlier one.
        }
        if (earlier != null) {
            later(run, earlier::close);
        }
        receptions.put(run, new Reception<>(wanted, place));
    }

    /** Completes a run's output folder. */
    public void seal(Effect.SealOutput what) {
        later(what.fence().run(), () -> sealNow(what));
    }

    /** Completes the checkpoint whose state has come. */
    public void seal(Effect.SealCheckpoint what) {
        Reception<StagedState> whole = states.remove(what.fence().run());
        if (whole == null || !whole.isOf(what.fence(), what.ledger().step())) {
            throw new IllegalStateException(
                    what.fence() + " is to be saved, but its state was not expected");
        }
        later(what.fence().run(), () -> sealNow(whole, what));
    }

    /** Removes checkpoints that are too many. */
    public void rotate(Effect.RotateCheckpoints what) {
        later(what.spec().name(), () -> rotateNow(what));
    }

    /** Throws away what is there of a run's result. */
    public void drop(Effect.DropOutput what) {
        later(what.fence().run(), () -> dropNow(what.fence()));
    }

    /**
     * Begins the upload of what one worker owns.
     *
     * @param worker its index in the generation
     * @throws StaleUploadException if nobody waits for it
     * @throws UserException if the disk refuses
     */
    public Upload begin(Fence fence, int step, int worker) {
        Reception<?> reception = reception(fence, step);
        try {
            return new Upload(reception, worker, reception.begin(step, worker));
        } catch (UserException e) {
            failed(reception.wanted(), problems(e));
            throw e;
        } catch (UncheckedIOException e) {
            failed(reception.wanted(), List.of(inWords(e)));
            throw e;
        } catch (IllegalStateException | AssertionError bug) {
            broken(fence.run(), bug);
            throw bug;
        }
    }

    private Reception<?> reception(Fence fence, int step) {
        List<Reception<?>> expected = new ArrayList<>();
        expected.add(states.get(fence.run()));
        expected.add(results.get(fence.run()));
        expected.removeIf(one -> one == null || !one.fence().equals(fence));
        if (expected.isEmpty()) {
            throw new StaleUploadException("state of " + fence + " is not expected");
        }
        return expected.stream()
                .filter(one -> one.step() == step)
                .findFirst()
                .orElse(expected.get(0));
    }

    /** One upload: ranges, then finish. */
    public final class Upload {
        private final Reception<?> reception;
        private final int worker;
        private final long number;

        private Upload(Reception<?> reception, int worker, long number) {
            this.reception = reception;
            this.worker = worker;
            this.number = number;
        }

        /** Whether this upload is of that fence, step and worker. */
        public boolean isOf(Fence fence, int step, int ofWorker) {
            return reception.isOf(fence, step) && worker == ofWorker;
        }

        /**
         * Writes a range of a parameter.
         *
         * @param values little-endian fp32
         * @throws IllegalArgumentException if there is no such range, or it came before
         * @throws StaleUploadException if another upload has begun since
         */
        public void write(
                StateKind kind, String parameter, long offsetElements, ByteBuffer values) {
            try {
                reception.write(number, kind, parameter, offsetElements, values);
            } catch (UserException e) {
                failed(reception.wanted(), problems(e));
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
        states.values().forEach(Reception::close);
        results.values().forEach(Reception::close);
    }

    /** Does something for a run on the desk's thread; what that throws sets the run aside. */
    private void later(RunName run, Runnable work) {
        thread.execute(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | AssertionError | StackOverflowError bug) {
                        broken(run, bug);
                    }
                });
    }

    private void broken(RunName run, Throwable bug) {
        LOG.error("a bug of Shoal's at the output desk run={}", run, bug);
        events.accept(Event.SetAside.of(run, bug));
    }

    private void sealNow(Effect.SealOutput what) {
        Fence fence = what.fence();
        Reception<StagedResult> reception = results.get(fence.run());
        if (reception == null || !reception.fence().equals(fence)) {
            throw new IllegalStateException(fence + " is to be sealed, but was not expected");
        }
        if (!reception.isWhole()) {
            failed(reception.wanted(), NOT_ALL_CAME);
            return;
        }
        Optional<Path> best =
                what.weightsOf() == 0
                        ? Optional.empty()
                        : Optional.of(checkpoints.weights(what.spec(), what.weightsOf(), shelf));
        try {
            reception.complete(staged -> staged.seal(what, best));
            results.remove(fence.run(), reception);
            clearUp(what.spec());
            events.accept(
                    new Event.OutputSealed(
                            fence, output(fence.run()).toString(), PeakMemory.residentBytes()));
        } catch (UserException e) {
            failed(reception.wanted(), problems(e));
        } catch (UncheckedIOException e) {
            failed(reception.wanted(), List.of(inWords(e)));
        }
    }

    private void sealNow(Reception<StagedState> whole, Effect.SealCheckpoint what) {
        if (!whole.isWhole()) {
            whole.close();
            failed(whole.wanted(), NOT_ALL_CAME);
            return;
        }
        Path folder = checkpoints.of(what.spec()).path(whole.step());
        try {
            List<ArtefactReference> files = new ArrayList<>();
            whole.complete(staged -> files.addAll(staged.seal(what, folder)));
            clearUp(what.spec());
            events.accept(
                    new Event.CheckpointSealed(
                            what.fence(), whole.step(), folder.toString(), files));
        } catch (UserException e) {
            failed(whole.wanted(), problems(e));
        } catch (UncheckedIOException e) {
            failed(whole.wanted(), List.of(inWords(e)));
        }
    }

    /** A checkpoint too many is no reason to end a run. */
    private void rotateNow(Effect.RotateCheckpoints what) {
        Checkpoints all = checkpoints.of(what.spec());
        try {
            for (int step : Rotation.surplus(all.stepsByAge(), what)) {
                all.remove(step);
            }
        } catch (UserException e) {
            LOG.warn("old checkpoints stay: {} run={}", problems(e), what.spec().name());
        }
    }

    /** What interrupted work left of a run. That it stays is no reason to end a run. */
    private void clearUp(RunSpec spec) {
        try {
            removeStaleModels(spec.name());
            checkpoints.of(spec).removeLeftovers();
        } catch (UserException e) {
            LOG.warn("leftovers stay: {} run={}", problems(e), spec.name());
        } catch (UncheckedIOException e) {
            LOG.warn("leftovers stay: {} run={}", inWords(e), spec.name());
        }
    }

    private void removeStaleModels(RunName run) {
        new ResultFolder(runs.resolve(run.text()), "", shelf)
                .removeStaleModels(
                        () -> {
                            Set<String> live = new HashSet<>();
                            Stream.of(states.get(run), results.get(run))
                                    .filter(Objects::nonNull)
                                    .forEach(each -> live.add(place(each.wanted()).work()));
                            return live;
                        });
    }

    private void dropNow(Fence fence) {
        drop(states, fence);
        drop(results, fence);
        ResultFolder place = ResultFolder.of(runs, fence, shelf);
        removeStaleModels(fence.run());
        place.removeOutput();
    }

    private static <S extends Staged> void drop(
            Map<RunName, Reception<S>> receptions, Fence fence) {
        Reception<S> reception = receptions.get(fence.run());
        if (reception != null && reception.fence().equals(fence)) {
            receptions.remove(fence.run(), reception);
            reception.close();
        }
    }

    private void failed(Effect.ReceiveState wanted, List<String> problems) {
        LOG.warn("state cannot be written: {} run={}", problems, wanted.fence().run());
        events.accept(
                switch (wanted.purpose()) {
                    case RESULT -> new Event.OutputFailed(wanted.fence(), problems);
                    case CHECKPOINT ->
                            new Event.CheckpointFailed(wanted.fence(), wanted.step(), problems);
                });
    }

    private static List<String> problems(UserException e) {
        return e.problems().stream().map(Problem::toString).toList();
    }

    private static String inWords(UncheckedIOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
