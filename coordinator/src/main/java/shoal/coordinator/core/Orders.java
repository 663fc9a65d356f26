package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Which command brings a worker from where it is to where its run is. The same words go out after a
 * decision and again after a redial.
 */
final class Orders {
    private final Draft draft;

    Orders(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Load the files. */
    void start(Run run) {
        for (Crew.Member member : run.phase().crew().orElseThrow().members()) {
            draft.state()
                    .workers()
                    .find(member.process().name())
                    .flatMap(Worker::session)
                    .ifPresent(
                            session ->
                                    draft.effect(
                                            new Effect.Tell(
                                                    session,
                                                    new Command.StartRun(
                                                            run.fence(),
                                                            run.spec().submission(),
                                                            member.ranks()))));
        }
    }

    /** The last commit, and what follows it: for workers that hold its gradient. */
    void commitAndFollow(Run run) {
        Optional<Commit> last = run.phase().attempt().flatMap(attempt -> attempt.ledger().last());
        boolean opensNext = run.stage() == Stage.STEPPING;
        draft.tellCrew(run, new Command.CommitStep(run.fence(), last.orElseThrow(), opensNext));
        if (!opensNext) {
            follow(run);
        }
    }

    /** What comes next for workers that have applied the last commit. */
    void follow(Run run) {
        switch (run.stage()) {
            case STEPPING -> draft.tellCrew(run, new Command.OpenStep(run.fence(), run.step() + 1));
            case EVALUATING -> evaluate(run, run.phase().attempt().orElseThrow());
            case UPLOADING -> upload(run, run.phase().attempt().orElseThrow());
            case QUEUED, STARTING, SEALING, DONE, FAILED, CANCELLED -> {}
        }
    }

    /** From row 0, whatever was counted before. */
    private void evaluate(Run run, Attempt attempt) {
        draft.put(run.with(Phase.Evaluating.fromRowZero(attempt)));
        draft.tellCrew(run, new Command.Evaluate(run.fence(), run.step()));
    }

    /** From the first parameter, whatever was received before. */
    private void upload(Run run, Attempt attempt) {
        draft.effect(
                new Effect.ReceiveState(
                        run.fence(), run.step(), run.spec(), attempt.course().facts()));
        draft.tellCrew(run, new Command.UploadState(run.fence(), run.step()));
    }
}
