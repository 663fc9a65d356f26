package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What happens to a run whose worker is gone with what it held. */
final class Restarts {
    private final Draft draft;

    Restarts(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Puts the run back to its place in the queue, or ends it if that happened too often. */
    void restart(Run run, String reason) {
        RunFaultException.blame(run.name(), () -> restartNow(run, reason));
    }

    private void restartNow(Run run, String reason) {
        if (run.restarts() >= Bounds.RESTARTS) {
            new Endings(draft)
                    .end(
                            run,
                            Cause.WORKER_LOST_TOO_OFTEN,
                            new RunEvent.StatusChanged(
                                    RunStatus.FAILED,
                                    reason
                                            + "; the run was started again "
                                            + run.restarts()
                                            + " times before"
                                            + (run.recovery().step() == 0
                                                    ? ""
                                                    : " from checkpoint-" + run.recovery().step())
                                            + ", that is enough. Look at the workers' logs, memory"
                                            + " first",
                                    List.of(),
                                    false));
            return;
        }
        draft.tellCrew(run, new Command.EndRun(run.fence(), reason));
        if (run.stage() == Stage.UPLOADING || run.stage() == Stage.SAVING) {
            draft.effect(new Effect.DropOutput(run.fence()));
        }
        int from = run.recovery().step();
        draft.log(run.name(), new RunEvent.Restarted(reason, run.generation() + 1, from));
        draft.move(
                draft.state().run(run.name()),
                Cause.WORKER_LOST,
                new Entry.GenerationEnded(run.fence(), reason),
                reason
                        + "; the run goes on from "
                        + (from == 0 ? "its first step" : "checkpoint-" + from)
                        + " on the next free worker");
    }
}
