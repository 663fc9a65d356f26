package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

/** How a run ends, however it ends: its workers are free, what is half written goes. */
final class Endings {
    private final Draft draft;

    Endings(Draft draft) {
        this.draft = requireNonNull(draft, "draft");
    }

    /** Ends the run for this cause, which the table must know at its stage. */
    void end(Run run, Cause cause, RunEvent.StatusChanged change) {
        if (run.generation() > 0) {
            draft.tellCrew(run, new Command.EndRun(run.fence(), change.reason()));
        }
        if (run.stage() == Stage.UPLOADING
                || run.stage() == Stage.SAVING
                || (run.stage() == Stage.SEALING && cause != Cause.SEALED)) {
            draft.effect(new Effect.DropOutput(run.fence()));
        }
        draft.end(draft.state().run(run.name()), cause, change);
    }
}
