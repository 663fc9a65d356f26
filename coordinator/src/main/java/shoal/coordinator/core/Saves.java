package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Checkpoints: a barrier at the end of a step until all state has come, then sealed while the run
 * goes on.
 *
 * <p>At most one checkpoint of a run is being sealed; the next one waits for it, and so does the
 * end of the run.
 */
final class Saves {
    private final Draft draft;

    Saves(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** All state of the step has come. */
    void received(Run run) {
        Attempt attempt = run.phase().attempt().orElseThrow();
        Ledger ledger = attempt.ledger().saved();
        draft.effect(new Effect.SealCheckpoint(run.fence(), run.spec(), attempt.course(), ledger));
        Run sealing = run.with(run.recovery().sealing(ledger));
        draft.put(sealing);
        if (ledger.isOver(attempt.course())) {
            return; // Nothing but the end is left, and it waits for the seal.
        }
        Phase next = attempt.with(ledger).next();
        Run after =
                draft.move(
                        sealing,
                        cause(next.stage()),
                        next,
                        "the state of step " + run.step() + " is here");
        new Orders(draft).follow(after);
    }

    /** A checkpoint is in its place. */
    void sealed(Event.CheckpointSealed event) {
        Optional<Run> found = current(event.fence(), event.step());
        if (found.isEmpty()) {
            draft.drop(DropReason.STALE_FENCE);
            return;
        }
        Run run = found.get();
        int best = run.recovery().sealing().orElseThrow().selection().bestCheckpoint();
        boolean barrier = run.stage() == Stage.SAVING && run.step() == event.step();
        Entry entry = new Entry.CheckpointSealed(run.fence(), event.step(), event.files());
        if (barrier) {
            Stage next = Fold.fold(draft.state(), entry).run(run.name()).stage();
            String reason = "checkpoint-" + event.step() + " is sealed";
            run = draft.move(run, cause(next), entry, reason);
        } else {
            draft.record(entry);
            run = draft.state().run(run.name());
        }
        draft.log(run.name(), new RunEvent.CheckpointSaved(event.step(), event.folder()));
        rotate(run, event.step(), best);
        run = draft.state().run(run.name());
        if (barrier && run.stage() == Stage.UPLOADING) {
            run = new Finish(draft).trained(run);
        }
        if (barrier || run.stage() == Stage.SAVING) {
            new Orders(draft).follow(run);
        }
    }

    /** A checkpoint cannot be written: going on would train without a net. */
    void failed(Event.CheckpointFailed event) {
        Optional<Run> run =
                current(event.fence(), event.step())
                        .or(() -> receiving(event.fence(), event.step()));
        if (run.isEmpty()) {
            draft.drop(DropReason.STALE_FENCE);
            return;
        }
        new Endings(draft)
                .end(
                        run.get(),
                        Cause.TROUBLE,
                        new RunEvent.StatusChanged(
                                RunStatus.FAILED,
                                "checkpoint-" + event.step() + " cannot be written",
                                event.problems(),
                                false));
    }

    private void rotate(Run run, int newest, int best) {
        int kept = run.spec().recipe().selection().checkpointsKept();
        if (kept > 0) {
            draft.effect(new Effect.RotateCheckpoints(run.spec(), newest, best, kept));
        }
    }

    private Optional<Run> current(Fence fence, int step) {
        return atGeneration(fence).filter(run -> run.recovery().sealingStep() == step);
    }

    private Optional<Run> receiving(Fence fence, int step) {
        return atGeneration(fence).filter(run -> run.stage() == Stage.SAVING && run.step() == step);
    }

    private Optional<Run> atGeneration(Fence fence) {
        return draft.state()
                .runs()
                .find(fence.run())
                .filter(run -> run.generation() == fence.generation());
    }

    private static Cause cause(Stage next) {
        return switch (next) {
            case STEPPING -> Cause.SAVED;
            case EVALUATING -> Cause.SAVED_BEFORE_EVALUATION;
            case UPLOADING -> Cause.SAVED_LAST;
            case QUEUED, STARTING, SAVING, SEALING, DONE, FAILED, CANCELLED ->
                    throw new IllegalStateException("a checkpoint leads to " + next);
        };
    }
}
