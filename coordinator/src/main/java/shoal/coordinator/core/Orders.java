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
                new Command.StartRun(run.fence(), run.spec().submission(), crew, index));
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
        if (run.stage() == Stage.UPLOADING) {
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
            case UPLOADING -> {
                if (!run.phase().sent().has(index)) {
                    receive(run);
                    next(run, index);
                }
            }
            case STEPPING -> next(run, index);
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED -> {}
        }
    }

    private void commit(Run run, int index) {
        Commit last = run.phase().attempt().flatMap(work -> work.ledger().last()).orElseThrow();
        boolean opensNext = run.stage() == Stage.STEPPING;
        tell(run, index, new Command.CommitStep(run.fence(), last, opensNext));
    }

    private void next(Run run, int index) {
        switch (run.stage()) {
            case STEPPING -> tell(run, index, new Command.OpenStep(run.fence(), run.step() + 1));
            case EVALUATING -> evaluate(run, index);
            case UPLOADING -> tell(run, index, new Command.UploadState(run.fence(), run.step()));
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED -> {}
        }
    }

    private void evaluate(Run run, int index) {
        EvaluationDeal.Rows rows = run.phase().evaluation().orElseThrow().ranges().get(index);
        if (!rows.isEmpty()) {
            tell(run, index, new Command.Evaluate(run.fence(), run.step(), rows));
        }
    }

    private void receive(Run run) {
        Attempt attempt = run.phase().attempt().orElseThrow();
        draft.effect(
                new Effect.ReceiveState(
                        run.fence(),
                        crew(run).size(),
                        run.step(),
                        run.spec(),
                        attempt.course().facts()));
    }

    private void tell(Run run, int index, Command command) {
        draft.tell(crew(run).members().get(index), command);
    }

    private static Crew crew(Run run) {
        return run.phase().crew().orElseThrow();
    }

    private static IntStream everybody(Run run) {
        return IntStream.range(0, crew(run).size());
    }
}
