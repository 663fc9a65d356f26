package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.plan.log.LogRow;

/** From the last step to the output folder. */
final class Finish {
    private final Draft draft;

    Finish(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Writes the last log row. The run is at its last step with nothing left to evaluate. */
    Run trained(Run run) {
        draft.record(new Entry.Trained(run.fence(), draft.at()));
        List<LogRow> history = history(draft.state().run(run.name()));
        draft.log(run.name(), new RunEvent.Logged(history.get(history.size() - 1)));
        return draft.state().run(run.name());
    }

    /** A member has sent what it owns; with the last one, it is completed. */
    void uploaded(Run run, int index, WorkerReport.Uploaded report) {
        boolean saves = run.stage() == Stage.SAVING && run.recovery().sealing().isEmpty();
        if (!(saves || run.stage() == Stage.UPLOADING) || report.step() != run.step()) {
            draft.drop(DropReason.OTHER_STEP);
            return;
        }
        Attempt attempt = run.phase().attempt().orElseThrow();
        Gathered<Long> sent = run.phase().sent().with(index, report.peakResidentBytes());
        if (!sent.isWhole(attempt.crew())) {
            draft.put(
                    run.with(
                            saves
                                    ? new Phase.Saving(attempt, sent)
                                    : new Phase.Uploading(attempt, sent)));
            return;
        }
        if (saves) {
            new Saves(draft).received(run);
            return;
        }
        Run sealing =
                draft.move(
                        run,
                        Cause.UPLOADED,
                        new Phase.Sealing(attempt, List.copyOf(sent.values())),
                        "all parameters are here");
        draft.effect(
                new Effect.SealOutput(
                        sealing.fence(), sealing.spec(), attempt.course(), attempt.ledger()));
    }

    void outputSealed(Event.OutputSealed event) {
        Optional<Run> run = current(event.fence()).filter(found -> found.stage() == Stage.SEALING);
        if (run.isEmpty()) {
            draft.drop(DropReason.STALE_FENCE);
            return;
        }
        keepOnlyBest(run.get());
        draft.log(event.fence().run(), report(run.get(), event));
        new Endings(draft)
                .end(
                        run.get(),
                        Cause.SEALED,
                        new RunEvent.StatusChanged(
                                RunStatus.DONE,
                                "the model is in " + event.folder(),
                                List.of(),
                                false));
    }

    /** HF keeps only the best checkpoint of a finished run whose save_total_limit is 1. */
    private void keepOnlyBest(Run run) {
        int best = run.phase().attempt().orElseThrow().ledger().selection().bestCheckpoint();
        if (best > 0 && run.spec().recipe().selection().checkpointsKept() == 1) {
            draft.effect(new Effect.RotateCheckpoints(run.spec(), best, best, 1));
        }
    }

    void outputFailed(Event.OutputFailed event) {
        Optional<Run> run =
                current(event.fence())
                        .filter(
                                found ->
                                        found.stage() == Stage.UPLOADING
                                                || found.stage() == Stage.SEALING);
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
                                "the model cannot be written at the coordinator",
                                event.problems(),
                                false));
    }

    private Optional<Run> current(Fence fence) {
        return draft.state()
                .runs()
                .find(fence.run())
                .filter(run -> run.generation() == fence.generation());
    }

    private static RunEvent.Reported report(Run run, Event.OutputSealed event) {
        List<LogRow> history = history(run);
        LogRow training = history.get(history.size() - 1);
        List<RunEvent.ProcessMemory> memory = new ArrayList<>();
        memory.add(new RunEvent.ProcessMemory("coordinator", event.peakResidentBytes()));
        for (int i = 0; i < run.workers().size(); i++) {
            memory.add(
                    new RunEvent.ProcessMemory(
                            "worker " + run.workers().get(i),
                            run.phase().workerPeakBytes().get(i)));
        }
        return new RunEvent.Reported(
                training.number("train_runtime").orElse(0),
                training.number("train_samples_per_second").orElse(0),
                memory,
                event.folder());
    }

    private static List<LogRow> history(Run run) {
        return run.phase().attempt().orElseThrow().ledger().history();
    }
}
