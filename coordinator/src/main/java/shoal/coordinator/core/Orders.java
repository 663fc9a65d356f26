package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.stream.IntStream;
import shoal.plan.step.EvaluationDeal;

/**
 * Which command brings a worker from where it is to where its run is. The same words go out to all
 * after a decision, and to one again after it dialled again.
 */
final class Orders {
    private final Draft draft;

    Orders(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Load the files. */
    void start(Run run) {
        everybody(run).forEach(index -> start(run, index));
    }

    /** Load the files, to one. */
    void start(Run run, int index) {
        Crew crew = crew(run);
        draft.tell(
                crew.members().get(index),
                new Command.StartRun(run.fence(), submission(run), crew, index, run.step()));
    }

    /** The submission, or with the newest checkpoint. */
    private static Submission submission(Run run) {
        Submission whole = run.spec().submission();
        return run.recovery()
                .saved()
                .map(saved -> whole.withCheckpoint(saved.files()))
                .orElse(whole);
    }

    /** Measure the step whose gradient is reduced. */
    void measure(Run run) {
        everybody(run).forEach(index -> measure(run, index));
    }

    /** The same, to one. */
    void measure(Run run, int index) {
        Commit drafted = run.phase().measuring().orElseThrow().drafted();
        tell(run, index, new Command.MeasureStep(run.fence(), drafted.step(), drafted.clip()));
    }

    /** The last commit, and what follows it: for workers that hold its gradient. */
    void commitAndFollow(Run run) {
        everybody(run).forEach(index -> commit(run, index));
        if (run.stage() != Stage.STEPPING) {
            follow(run);
        }
    }

    /** The same for one that dialled again. */
    void commitAndFollow(Run run, int index) {
        commit(run, index);
        if (run.stage() != Stage.STEPPING) {
            follow(run, index);
        }
    }

    /** What comes next for workers that have applied the last commit. */
    void follow(Run run) {
        if (isReceiving(run)) {
            receive(run);
        }
        everybody(run).forEach(index -> next(run, index));
    }

    /** The same for one that dialled again: it begins what it had not finished from its start. */
    void follow(Run run, int index) {
        switch (run.stage()) {
            case EVALUATING -> {
                EvaluationRound round = run.phase().evaluation().orElseThrow();
                if (!round.isFinished(index)) {
                    draft.put(
                            run.with(
                                    new Phase.Evaluating(
                                            run.phase().attempt().orElseThrow(),
                                            round.restarted(index))));
                    next(run, index);
                }
            }
            case SAVING, UPLOADING -> {
                if (isReceiving(run) && !run.phase().sent().has(index)) {
                    receive(run);
                    next(run, index);
                }
            }
            case STEPPING -> next(run, index);
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED -> {}
        }
    }

    private void commit(Run run, int index) {
        Ledger ledger = run.phase().attempt().orElseThrow().ledger();
        Commit last = ledger.last().orElseThrow();
        boolean opensNext = run.stage() == Stage.STEPPING;
        tell(run, index, new Command.CommitStep(run.fence(), last, ledger.skips(), opensNext));
    }

    private void next(Run run, int index) {
        switch (run.stage()) {
            case STEPPING -> open(run, index);
            case EVALUATING -> evaluate(run, index);
            case SAVING, UPLOADING -> upload(run, index);
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED -> {}
        }
    }

    private void open(Run run, int index) {
        double scale = run.phase().attempt().orElseThrow().ledger().skips().scale().scale();
        tell(run, index, new Command.OpenStep(run.fence(), run.step() + 1, scale));
    }

    private void evaluate(Run run, int index) {
        EvaluationDeal.Rows rows = run.phase().evaluation().orElseThrow().ranges().get(index);
        if (!rows.isEmpty()) {
            tell(run, index, new Command.Evaluate(run.fence(), run.step(), rows));
        }
    }

    /** A checkpoint waits for the seal of the one before; once all has come, for its own. */
    private static boolean isReceiving(Run run) {
        return run.stage() == Stage.UPLOADING
                || (run.stage() == Stage.SAVING && run.recovery().sealing().isEmpty());
    }

    private void upload(Run run, int index) {
        if (isReceiving(run)) {
            boolean moments = run.stage() == Stage.SAVING;
            tell(run, index, new Command.UploadState(run.fence(), run.step(), moments));
        }
    }

    private void receive(Run run) {
        Attempt attempt = run.phase().attempt().orElseThrow();
        draft.effect(
                new Effect.ReceiveState(
                        run.fence(),
                        crew(run).size(),
                        run.step(),
                        run.stage() == Stage.SAVING
                                ? Effect.Purpose.CHECKPOINT
                                : Effect.Purpose.RESULT,
                        run.spec(),
                        attempt.course().facts()));
    }

    /** Whoever has not said where it is since it dialled again is told when it has. */
    private void tell(Run run, int index, Command command) {
        Crew.Member member = crew(run).members().get(index);
        boolean reconciled =
                draft.state()
                        .workers()
                        .find(member.name())
                        .flatMap(worker -> worker.link().attached())
                        .flatMap(Worker.Attached::reconciledFor)
                        .filter(run.fence()::equals)
                        .isPresent();
        if (reconciled) {
            draft.tell(member, command);
        }
    }

    private static Crew crew(Run run) {
        return run.phase().crew().orElseThrow();
    }

    private static IntStream everybody(Run run) {
        return IntStream.range(0, crew(run).size());
    }
}
